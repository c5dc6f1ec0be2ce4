-- Has a session be there, from now on or still.
-- KEYS: the sessions that are there by the time they are let go, the stint of each. ARGV: session, when it is let
-- go (ms), the stint that begins if it was not there.
-- Returns the stint.
local stint = redis.call('HGET', KEYS[2], ARGV[1])
if not stint or not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  stint = ARGV[3]
  redis.call('HSET', KEYS[2], ARGV[1], stint)
end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
return { 'ok', stint }
