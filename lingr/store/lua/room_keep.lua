-- Gives a room a rule of its own on how long its log is kept.
-- KEYS: the room. ARGV: most events and most days, each '' for what holds for all rooms.
-- Errors: invalid_room.
local ROOM = KEYS[1]
if redis.call('HEXISTS', ROOM, 'counter') == 0 then return { 'error', 'invalid_room' } end
for index, field in ipairs({ 'keep_events', 'keep_days' }) do
  if ARGV[index] == '' then
    redis.call('HDEL', ROOM, field)
  else
    redis.call('HSET', ROOM, field, ARGV[index])
  end
end
return { 'ok' }
