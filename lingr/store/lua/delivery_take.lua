-- Begins to deliver to a bot, unless somebody else is at it, it is paused, or it is not due yet.
-- KEYS: see _delivery.lua. ARGV: holder, how long the lease lasts (ms), now (ms).
-- Returns how long to wait (ms): 0 when it was taken, -1 while it is paused. When it was taken: how often the
-- delivery at hand has failed, the time from which on things said are delivered (ms), and the cursors.
-- uses: delivery
local lease = redis.call('GET', LEASE)
if lease and lease ~= ARGV[1] then return { 'ok', math.max(1, redis.call('PTTL', LEASE)) } end
local trouble = redis.call('HMGET', TROUBLE, 'paused', 'due', 'tries', 'since')
if trouble[1] then return { 'ok', -1 } end
local wait = (trouble[2] or 0) - ARGV[3]
if wait > 0 then return { 'ok', wait } end
hold(ARGV[1], ARGV[2])
return { 'ok', 0, tonumber(trouble[3] or 0), tonumber(trouble[4] or 0), redis.call('HGETALL', CURSORS) }
