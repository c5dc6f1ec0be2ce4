-- Lets a bot into a room.
-- KEYS: the room's. ARGV: bot id.
-- Returns whether it was not there. Errors: invalid_room.
-- uses: room
if not numbers() then return { 'error', 'invalid_room' } end
return { 'ok', redis.call('SADD', BOTS, ARGV[1]) }
