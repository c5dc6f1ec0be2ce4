-- Has nobody log in with a device's token any more.
-- KEYS: the user's devices, the sessions of the device. ARGV: the token's digest.
-- Returns the sessions that were opened with it: once they have ended, the device can be forgotten.
local json = redis.call('HGET', KEYS[1], ARGV[1])
if json then
  local device = cjson.decode(json)
  device.is_revoked = true
  redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(device))
end
return { 'ok', redis.call('ZRANGE', KEYS[2], 0, -1) }
