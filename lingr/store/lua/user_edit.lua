-- Gives fields of a user other values.
-- KEYS: users. ARGV: user id, JSON object of the fields.
-- Returns the JSON user. Errors: invalid_parameter.
local json = redis.call('HGET', KEYS[1], ARGV[1])
if not json then return { 'error', 'invalid_parameter', 'parameter', 'user_id' } end
local user = cjson.decode(json)
for name, value in pairs(cjson.decode(ARGV[2])) do user[name] = value end
json = cjson.encode(user)
redis.call('HSET', KEYS[1], ARGV[1], json)
return { 'ok', json }
