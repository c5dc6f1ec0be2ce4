-- Tells through which of some sessions a user is in the room.
-- KEYS: the room's. ARGV: user, then the sessions.
-- Returns those sessions.
-- uses: room
-- uses: attended
local present = {}
for index = 2, #ARGV do
  local occupant = attended_by(ARGV[index])
  if occupant and occupant.user_id == ARGV[1] then present[#present + 1] = ARGV[index] end
  for ticket in string.gmatch(redis.call('HGET', ENTERED, ARGV[index]) or '', '%S+') do
    local record = held(ticket, ARGV[index])
    if record and occupant_of(record).user_id == ARGV[1] then
      present[#present + 1] = ARGV[index]
      break
    end
  end
end
return { 'ok', present }
