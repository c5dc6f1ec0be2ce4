-- Occupants as JSON: everybody if the room has at most `most`, else the chatters, or nobody if these are
-- more as well.
local function listed(most)
  local room, found = numbers(), {}
  if room.chatters + room.observers <= most then return redis.call('HVALS', OCCUPANTS) end
  if room.chatters > most then return found end
  local ids = redis.call('SMEMBERS', CHATTERS)
  -- Lua passes some thousands of arguments at once, and no more.
  for first = 1, #ids, 1000 do
    local part = redis.call('HMGET', OCCUPANTS, unpack(ids, first, math.min(first + 999, #ids)))
    for _, json in ipairs(part) do found[#found + 1] = json end
  end
  return found
end
