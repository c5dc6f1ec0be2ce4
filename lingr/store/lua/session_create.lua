-- Opens a session.
-- KEYS: the session. ARGV: lifetime (ms), then field and value pairs.
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return { 'ok' }
