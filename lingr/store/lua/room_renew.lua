-- Starts a new epoch when a room is found with a lower counter than it once had: what was lost is
-- lost, but its numbers are not given again, and the tickets of before are void.
-- KEYS: the room's. ARGV: the highest counter known, the new epoch.
-- Returns whether that was the case.
-- uses: room
local room = numbers()
if not room or room.counter >= tonumber(ARGV[1]) then return { 'ok', 0 } end
set('counter', tonumber(ARGV[1]))
set('epoch', ARGV[2])
announce({ reset = 'true' })
return { 'ok', 1 }
