-- Ends a bot's pause, and forgets how often the delivery at hand has failed.
-- KEYS: see _delivery.lua. ARGV: nothing said before it is delivered from now on (ms).
-- Returns whether there was anything to end.
-- uses: delivery
if redis.call('HDEL', TROUBLE, 'paused', 'why', 'tries', 'due') == 0 then return { 'ok', 0 } end
redis.call('HSET', TROUBLE, 'since', ARGV[1])
return { 'ok', 1 }
