-- Reads a room as it is at one moment, but for its events.
-- KEYS: the room's.
-- Returns the room's hash, its members, and how many events its log has. Errors: invalid_room.
-- uses: room
local hash = redis.call('HGETALL', ROOM)
if #hash == 0 then return { 'error', 'invalid_room' } end
return { 'ok', hash, redis.call('HGETALL', MEMBERS), redis.call('XLEN', LOG) }
