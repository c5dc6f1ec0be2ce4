-- Ends a session.
-- KEYS: the session, its tickets.
-- Returns the tickets it had, and its user ('' for none). Errors: invalid_session.
local tickets, user_id = redis.call('SMEMBERS', KEYS[2]), redis.call('HGET', KEYS[1], 'user_id') or ''
if redis.call('DEL', KEYS[1]) == 0 then return { 'error', 'invalid_session' } end
redis.call('DEL', KEYS[2])
return { 'ok', tickets, user_id }
