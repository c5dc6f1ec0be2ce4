-- Ends a session.
-- KEYS: the session, its tickets.
-- Returns the tickets it had. Errors: invalid_session.
local tickets = redis.call('SMEMBERS', KEYS[2])
if redis.call('DEL', KEYS[1]) == 0 then return { 'error', 'invalid_session' } end
redis.call('DEL', KEYS[2])
return { 'ok', tickets }
