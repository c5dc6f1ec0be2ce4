-- Gives a user a token for a device, unless it has one of that name or too many.
-- KEYS: the user's devices. ARGV: the token's digest, its name, the JSON device, most devices.
-- Errors: id_unavailable, invalid_parameter.
local devices = redis.call('HVALS', KEYS[1])
for _, json in ipairs(devices) do
  if cjson.decode(json).name == ARGV[2] then return { 'error', 'id_unavailable' } end
end
if #devices >= tonumber(ARGV[4]) then return { 'error', 'invalid_parameter', 'parameter', 'name' } end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return { 'ok' }
