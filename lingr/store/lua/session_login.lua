-- Gives a session its user.
-- KEYS: the session, its tickets. ARGV: user id, the user's description, its icon's version ('' for none),
-- its name ('' for none).
-- Returns the session's tickets. Errors: invalid_session, already_logged_in.
if redis.call('EXISTS', KEYS[1]) == 0 then return { 'error', 'invalid_session' } end
if redis.call('HSETNX', KEYS[1], 'user_id', ARGV[1]) == 0 then return { 'error', 'already_logged_in' } end
redis.call('HSET', KEYS[1], 'description', ARGV[2])
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'icon', ARGV[3]) end
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'username', ARGV[4]) end
return { 'ok', redis.call('SMEMBERS', KEYS[2]) }
