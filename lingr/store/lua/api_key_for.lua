-- Finds the API key that serves a purpose, or makes it.
-- KEYS: API keys by id, by purpose. ARGV: purpose, key to make, its JSON.
-- Returns the key's JSON and whether it was made.
local known = redis.call('HGET', KEYS[2], ARGV[1])
if known then return { 'ok', redis.call('HGET', KEYS[1], known), 0 } end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
return { 'ok', ARGV[3], 1 }
