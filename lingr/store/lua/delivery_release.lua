-- Gives a bot's lease back, if it is one's own.
-- KEYS: see _delivery.lua. ARGV: holder.
-- uses: delivery
if redis.call('GET', LEASE) == ARGV[1] then redis.call('DEL', LEASE) end
return { 'ok' }
