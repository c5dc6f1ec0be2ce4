-- Finds a session and what it is subscribed to; that it was asked for keeps both alive.
-- KEYS: the session, its subscriptions, its passages. ARGV: lifetime (ms), a number that it is known to have been told
-- ('' for none).
-- Returns the session's hash and that of its subscriptions. Errors: invalid_session.
if redis.call('PEXPIRE', KEYS[1], ARGV[1]) == 0 then return { 'error', 'invalid_session' } end
local number, told = unpack(redis.call('HMGET', KEYS[2], '.number', '.told'))
if ARGV[2] ~= '' and number and tonumber(ARGV[2]) > tonumber(told or number) then
  redis.call('HSET', KEYS[2], '.told', ARGV[2])
end
redis.call('PEXPIRE', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[3], ARGV[1])
return { 'ok', redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[2]) }
