-- Notes a ticket that a session is about to enter a room with.
-- KEYS: the session, its tickets. ARGV: ticket, lifetime (ms).
-- Returns the session's user id, or ''. Errors: invalid_session.
if redis.call('EXISTS', KEYS[1]) == 0 then return { 'error', 'invalid_session' } end
redis.call('SADD', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return { 'ok', redis.call('HGET', KEYS[1], 'user_id') or '' }
