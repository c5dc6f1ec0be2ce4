-- Has a session be in the room no longer that is there without a ticket.
-- KEYS: the room's. ARGV: session, the stint in which it must be there ('' for any), now (ms), most events to
-- keep, the words for a leaving, what the announcement says of the session ('' for nothing), whether or not it was
-- there.
-- Returns the user who was there with it ('' if it was not there).
-- uses: room
-- uses: people
-- uses: leave
-- uses: attended
local session, notice = ARGV[1], ARGV[6]
if not numbers() then return { 'ok', '' } end
local parts = {}
if notice ~= '' then parts[notice] = cjson.encode({ session }) end
local occupant, stint = attended_by(session)
if occupant and (ARGV[2] == '' or ARGV[2] == stint) then
  redis.call('HDEL', ENTERED, session)
  take_out(occupant, parts, ARGV[3], ARGV[4], ARGV[5])
  return { 'ok', occupant.user_id or '' }
end
if notice ~= '' then announce(parts) end
return { 'ok', '' }
