-- Gives fields of a bot other values, or takes them away where the value is empty.
-- KEYS: bots, the version of all bots. ARGV: bot id, JSON object of the fields.
-- Returns the JSON bot. Errors: invalid_parameter.
local json = redis.call('HGET', KEYS[1], ARGV[1])
if not json then return { 'error', 'invalid_parameter', 'parameter', 'bot' } end
local bot = cjson.decode(json)
for name, value in pairs(cjson.decode(ARGV[2])) do
  if value == '' then bot[name] = nil else bot[name] = value end
end
json = cjson.encode(bot)
redis.call('HSET', KEYS[1], ARGV[1], json)
redis.call('INCR', KEYS[2])
return { 'ok', json }
