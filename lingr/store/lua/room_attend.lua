-- Has a session be in the room, as an occupant without a ticket. If it is there already, it stays as the occupant
-- it was, but described as it now is, and in the stint given.
-- KEYS: the room's. ARGV: session, stint, occupant id, its JSON without a place, the JSON event of its joining
-- without the first brace, its user, now (ms), most events to keep, what the announcement says of the session
-- besides ('' for nothing).
-- Errors: invalid_room.
-- uses: room
-- uses: people
-- uses: attended
local session, stint, id, notice = ARGV[1], ARGV[2], ARGV[3], ARGV[9]
if not numbers() then return { 'error', 'invalid_room' } end
local parts = {}
if notice ~= '' then parts[notice] = cjson.encode({ session }) end
local former = attended_by(session)
redis.call('HSET', ENTERED, session, 'occupant:' .. id .. ' ' .. stint)
local place = former and former.place or redis.call('HINCRBY', ROOM, 'places', 1)
local json = string.sub(ARGV[4], 1, -2) .. ',"place":' .. place .. '}'
local is_other = redis.call('HGET', OCCUPANTS, id) ~= json
if is_other then
  redis.call('HSET', OCCUPANTS, id, json)
  step('roster', 1)
end
if not former then
  redis.call('SADD', CHATTERS, id)
  step('chatters', 1)
  local online = tally(ARGV[6], 1, ARGV[7])
  parts.event = append(online and '"online":true,' .. ARGV[5] or ARGV[5], ARGV[8])
end
if is_other or notice ~= '' then announce(parts) end
return { 'ok' }
