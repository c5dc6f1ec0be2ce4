-- Notes that a session has been opened with a device's token.
-- KEYS: the user's devices, the sessions of the device. ARGV: the token's digest, session, now (ms), most
-- sessions.
-- Returns the sessions that are too many, the oldest ones. Errors: invalid_credentials.
local json = redis.call('HGET', KEYS[1], ARGV[1])
local device = json and cjson.decode(json)
if not device or device.is_revoked then return { 'error', 'invalid_credentials' } end
device.used = tonumber(ARGV[3])
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(device))
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2])
return { 'ok', redis.call('ZRANGE', KEYS[2], 0, -1 - tonumber(ARGV[4])) }
