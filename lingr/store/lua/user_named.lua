-- Finds the user with an e-mail address or, failing that, a user name.
-- KEYS: users, emails, usernames. ARGV: the name in lower case.
-- Returns the JSON user, or ''.
local id = redis.call('HGET', KEYS[2], ARGV[1]) or redis.call('HGET', KEYS[3], ARGV[1])
return { 'ok', id and redis.call('HGET', KEYS[1], id) or '' }
