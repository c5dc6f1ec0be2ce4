-- Notes that a user owns a room, unless that would be too many.
-- KEYS: the set of the user's rooms. ARGV: room id, most rooms.
-- Returns whether the room was not in the set before. Errors: too_many_rooms.
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then return { 'ok', 0 } end
if redis.call('SCARD', KEYS[1]) >= tonumber(ARGV[2]) then return { 'error', 'too_many_rooms' } end
return { 'ok', redis.call('SADD', KEYS[1], ARGV[1]) }
