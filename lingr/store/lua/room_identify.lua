-- Tells a room who the occupants of a session are, after a log-in, a log-out, or a change of icon.
-- KEYS: the room's. ARGV: session, user id ('' for nobody), description, the icon's version ('' for none), then
-- the tickets.
-- uses: room
-- uses: people
local others = {}
for index = 5, #ARGV do
  local record = held(ARGV[index], ARGV[1])
  if record then
    local occupant = occupant_of(record)
    occupant.user_id = ARGV[2] ~= '' and ARGV[2] or nil
    occupant.description = ARGV[2] ~= '' and ARGV[3] or nil
    occupant.icon = ARGV[4] ~= '' and ARGV[4] or nil
    put(occupant, ARGV[index], record)
    others[#others + 1] = ARGV[index]
  end
end
if #others > 0 then announce({ changed = cjson.encode(others) }) end
return { 'ok' }
