-- Takes a session's user away; that it was asked for keeps the session alive.
-- KEYS: the session, its tickets. ARGV: lifetime (ms).
-- Returns the session's tickets. Errors: invalid_session, not_logged_in.
if redis.call('PEXPIRE', KEYS[1], ARGV[1]) == 0 then return { 'error', 'invalid_session' } end
redis.call('PEXPIRE', KEYS[2], ARGV[1])
if redis.call('HDEL', KEYS[1], 'user_id') == 0 then return { 'error', 'not_logged_in' } end
redis.call('HDEL', KEYS[1], 'description')
return { 'ok', redis.call('SMEMBERS', KEYS[2]) }
