-- Makes a user a member of a room no longer; the room's log tells of it.
-- KEYS: the room's. ARGV: user, the user as the event tells it (JSON), now (ms), most events to keep, the words for
-- a leaving.
-- Returns whether it was a member. Errors: invalid_room.
-- uses: room
-- uses: member
if not numbers() then return { 'error', 'invalid_room' } end
if redis.call('HDEL', MEMBERS, ARGV[1]) == 0 then return { 'ok', 0 } end
tell(ARGV[1], ARGV[2], 'quit', false, ARGV[5], ARGV[3], ARGV[4])
return { 'ok', 1 }
