-- Has a session be there, from now on or still. Until what this begins is done, it counts as not there yet.
-- KEYS: the sessions that are there by the time they are let go, the stint of each. ARGV: session, when it is let
-- go (ms), a fresh id: of what begins, and of the stint if it was not there.
-- Returns the stint.
local stint = string.match(redis.call('HGET', KEYS[2], ARGV[1]) or ARGV[3], '^%S+')
redis.call('HSET', KEYS[2], ARGV[1], stint .. ' ' .. ARGV[3])
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
return { 'ok', stint }
