-- Forgets a room: what the index has of its messages leads nowhere from now on.
-- KEYS: the index's rooms and numbers. ARGV: room.
-- Returns whether the index knew the room.
local record = redis.call('HGET', KEYS[1], ARGV[1])
if not record then return { 'ok', 0 } end
redis.call('HDEL', KEYS[2], string.match(record, '%d+'))
redis.call('HDEL', KEYS[1], ARGV[1])
return { 'ok', 1 }
