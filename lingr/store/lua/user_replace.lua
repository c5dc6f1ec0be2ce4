-- Replaces a user by another version of it, unless somebody else has done so first.
-- KEYS: users. ARGV: user id, the former JSON, the JSON.
-- Returns whether it was replaced.
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return { 'ok', 0 } end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return { 'ok', 1 }
