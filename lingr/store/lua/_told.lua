-- Notes how far a session is known to have been told, and how far it was last sent something.
local function note_told(SUBSCRIPTIONS, told, sent)
  local number, was_told, was_sent = unpack(redis.call('HMGET', SUBSCRIPTIONS, '.number', '.told', '.sent'))
  if not number or told == '' then return end
  if tonumber(told) > tonumber(was_told or number) then redis.call('HSET', SUBSCRIPTIONS, '.told', told) end
  if tonumber(sent) > tonumber(was_sent or was_told or number) then redis.call('HSET', SUBSCRIPTIONS, '.sent', sent) end
end
