-- Finds a session; that it was asked for keeps it alive.
-- KEYS: the session, its tickets. ARGV: lifetime (ms).
-- Returns the session's hash. Errors: invalid_session.
if redis.call('PEXPIRE', KEYS[1], ARGV[1]) == 0 then return { 'error', 'invalid_session' } end
redis.call('PEXPIRE', KEYS[2], ARGV[1])
return { 'ok', redis.call('HGETALL', KEYS[1]) }
