-- Takes a session's user away; that it was asked for keeps the session alive.
-- KEYS: the session, its tickets. ARGV: lifetime (ms).
-- Returns the session's tickets, and the user it had. Errors: invalid_session, not_logged_in.
if redis.call('PEXPIRE', KEYS[1], ARGV[1]) == 0 then return { 'error', 'invalid_session' } end
redis.call('PEXPIRE', KEYS[2], ARGV[1])
local user_id = redis.call('HGET', KEYS[1], 'user_id')
if not user_id then return { 'error', 'not_logged_in' } end
redis.call('HDEL', KEYS[1], 'user_id', 'description', 'icon', 'username')
return { 'ok', redis.call('SMEMBERS', KEYS[2]), user_id }
