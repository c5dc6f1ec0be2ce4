-- Tells a room who the occupants of a session are, after a log-in, a log-out, or a change of icon.
-- KEYS: the room's. ARGV: session, user id ('' for nobody), description, the icon's version ('' for none), the
-- user's name, now (ms), most events to keep, then the tickets.
-- uses: room
-- uses: people
local function given(value)
  return ARGV[2] ~= '' and value ~= '' and value or nil
end

local user_id, now = given(ARGV[2]), ARGV[6]
local others, events = {}, {}

-- Nobody says a word when somebody logs in or out, but who is online may be another one.
local function note(occupant, online)
  if online == nil then return end
  events[#events + 1] = append(event_of(occupant, 'presence', now, '', nil, online), ARGV[7])
end

for index = 8, #ARGV do
  local record = held(ARGV[index], ARGV[1])
  if record then
    local occupant = occupant_of(record)
    local former = occupant.user_id
    if former ~= user_id then note(occupant, tally(former, -1, now)) end
    occupant.user_id = user_id
    occupant.description = user_id and ARGV[3]
    occupant.icon = given(ARGV[4])
    occupant.username = given(ARGV[5])
    if former ~= user_id then note(occupant, tally(user_id, 1, now)) end
    put(occupant, ARGV[index], record)
    others[#others + 1] = ARGV[index]
  end
end
if #others > 0 then announce({ changed = cjson.encode(others), event = events[1] }) end
for index = 2, #events do announce({ event = events[index] }) end
return { 'ok' }
