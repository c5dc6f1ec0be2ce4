-- Attempts to say something that are made once more because nobody knows what became of the first one.

-- What the first attempt of that name has said: the log has the name beside the event. It is nothing if all
-- events since a time (ms) are others.
local function made_before(LOG, attempt, since)
  local last = '+'
  while true do
    local entries = redis.call('XREVRANGE', LOG, last, '-', 'COUNT', 100)
    for _, entry in ipairs(entries) do
      local event, name = entry[2][2], entry[2][4]
      if name == attempt then return event end
      if tonumber(string.match(event, '"timestamp":(%d+)')) < since then return nil end
      last = '(' .. entry[1]
    end
    if #entries < 100 then return nil end
  end
end

-- A first attempt that was held up on its way may come after its repetition. One that says something is therefore
-- remembered (ms), and a mark in the room tells that there are such.
local function note_repetition(ROOM, REPEATED, attempt, json, remembered)
  redis.call('HSET', ROOM, 'repeated', 1)
  redis.call('HSET', REPEATED, attempt, json)
  redis.call('PEXPIRE', REPEATED, remembered)
end

-- What the repetition of a first attempt has said before it, or nothing.
local function made_by_repetition(ROOM, REPEATED, attempt)
  local said = redis.call('HGET', REPEATED, attempt)
  if not said and redis.call('EXISTS', REPEATED) == 0 then redis.call('HDEL', ROOM, 'repeated') end
  return said
end
