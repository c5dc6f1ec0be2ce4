-- Starts a new epoch when a room is found with a lower counter than it once had: what was lost is
-- lost, but its numbers are not given again, and the tickets of before are void.
-- KEYS: the room's. ARGV: the highest counter known, the new epoch.
-- Returns whether that was the case.
-- uses: room
local counter = redis.call('HGET', ROOM, 'counter')
if not counter or tonumber(counter) >= tonumber(ARGV[1]) then return { 'ok', 0 } end
redis.call('HSET', ROOM, 'counter', ARGV[1], 'epoch', ARGV[2])
announce({ reset = 'true' })
return { 'ok', 1 }
