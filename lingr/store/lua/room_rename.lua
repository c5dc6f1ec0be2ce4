-- Gives an occupant a nickname: its first one lets it join, another one is a change, the same is none.
-- KEYS: the room's. ARGV: ticket, session, nickname, now (ms), most events to keep, the words for a
-- joining, the words for a change.
-- Errors: invalid_ticket.
-- uses: room
-- uses: people
local nickname, now, most = ARGV[3], ARGV[4], ARGV[5]
local record = held(ARGV[1], ARGV[2])
if not record then return { 'error', 'invalid_ticket' } end
local occupant = occupant_of(record)
if occupant.nickname == nickname then return { 'ok' } end

local event
if occupant.nickname then
  local words = occupant.nickname .. ARGV[7] .. nickname
  event = event_of(occupant, 'system:nickname_change', now, words, nickname)
  occupant.nickname = nickname
else
  count(occupant, -1)
  occupant.nickname = nickname
  count(occupant, 1)
  event = event_of(occupant, 'system:enter', now, nickname .. ARGV[6])
end
put(occupant, ARGV[1], record)
announce({ event = append(event, most) })
return { 'ok' }
