-- What an attempt to say something has made, if it or its repetition came before: the log has the attempt's
-- name beside the event. Attempts are told apart from others for as long as they are remembered (ms).
-- A first attempt that was held up on its way may come after its repetition (`is_repeated`). A repetition that says
-- something therefore leaves its time in the room (`repeated`): until that is old, nothing is believed to be new.
local function made_before(LOG, ROOM, attempt, now, remembered, is_repeated, repeated)
  local since = now - remembered
  if not is_repeated and tonumber(repeated) < since then
    redis.call('HDEL', ROOM, 'repeated')
    return nil
  end
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
