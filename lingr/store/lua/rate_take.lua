-- Counts one call within a window.
-- KEYS: the count. ARGV: most calls per window, window (ms).
-- Errors: rate_limited.
local times = redis.call('INCR', KEYS[1])
if times == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if times > tonumber(ARGV[1]) then return { 'error', 'rate_limited' } end
return { 'ok' }
