-- Notes how far a session is known to have been told, and how far it was last sent something.
-- KEYS: its subscriptions. ARGV: these two numbers.
local number, told, sent = unpack(redis.call('HMGET', KEYS[1], '.number', '.told', '.sent'))
if not number then return { 'ok' } end
if tonumber(ARGV[1]) > tonumber(told or number) then redis.call('HSET', KEYS[1], '.told', ARGV[1]) end
if tonumber(ARGV[2]) > tonumber(sent or number) then redis.call('HSET', KEYS[1], '.sent', ARGV[2]) end
return { 'ok' }
