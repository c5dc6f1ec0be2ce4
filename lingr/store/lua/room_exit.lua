-- Lets an occupant out.
-- KEYS: the room's. ARGV: ticket, session, now (ms), most events to keep, the words for a leaving.
-- Returns the occupant's user ('' for nobody), and whether the session is still in the room.
-- Errors: invalid_ticket.
-- uses: room
-- uses: people
-- uses: leave
local record = held(ARGV[1], ARGV[2])
if not record then return { 'error', 'invalid_ticket' } end
return { 'ok', leave(ARGV[1], record, ARGV[3], ARGV[4], ARGV[5]) }
