-- Takes a session's user away.
-- KEYS: the session, its tickets.
-- Returns the session's tickets. Errors: invalid_session, not_logged_in.
if redis.call('EXISTS', KEYS[1]) == 0 then return { 'error', 'invalid_session' } end
if redis.call('HDEL', KEYS[1], 'user_id') == 0 then return { 'error', 'not_logged_in' } end
return { 'ok', redis.call('SMEMBERS', KEYS[2]) }
