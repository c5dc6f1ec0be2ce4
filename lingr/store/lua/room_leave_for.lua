-- Announces that a room is about to take another public id. Whoever was about to do that before no longer is.
-- KEYS: the room's hash. ARGV: the move.
-- Errors: invalid_room.
if redis.call('EXISTS', KEYS[1]) == 0 then return { 'error', 'invalid_room' } end
redis.call('HSET', KEYS[1], 'moving', ARGV[1])
return { 'ok' }
