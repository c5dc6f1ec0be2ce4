-- Finds a session and what it is subscribed to; that it was asked for keeps both alive.
-- KEYS: the session, its subscriptions, its passages. ARGV: lifetime (ms).
-- Returns the session's hash and that of its subscriptions. Errors: invalid_session.
if redis.call('PEXPIRE', KEYS[1], ARGV[1]) == 0 then return { 'error', 'invalid_session' } end
redis.call('PEXPIRE', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[3], ARGV[1])
return { 'ok', redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[2]) }
