-- Numbers, stores and announces what is said to all; the speech is JSON without the brace that opens it. Returns its
-- JSON.
local function spoken(speech, now, most)
  local json = append(speech, most)
  set('max_user_message_id', known.counter)
  set('active', now)
  announce({ event = json })
  return json
end

-- How many are in the room.
local function present()
  return known.chatters + known.observers
end
