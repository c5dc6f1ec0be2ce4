-- Gives a user another icon, or none.
-- KEYS: users. ARGV: user id, the icon's version ('' for none).
-- Returns the version it had, or ''. Errors: invalid_parameter.
local json = redis.call('HGET', KEYS[1], ARGV[1])
if not json then return { 'error', 'invalid_parameter', 'parameter', 'user_id' } end
local user = cjson.decode(json)
local former = user.icon or ''
user.icon = ARGV[2] ~= '' and ARGV[2] or nil
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(user))
return { 'ok', former }
