-- Lets an occupant in. With `again` set, a session that is in the room keeps its occupant and ticket.
-- KEYS: the room's. ARGV: session, ticket and JSON occupant for a new entry, again (1 or 0), now (ms),
-- the words for a joining, most events to keep.
-- Returns occupant id, ticket, the room's hash, all occupants as JSON. Errors: invalid_room.
-- uses: room
local session, ticket, now, most = ARGV[1], ARGV[2], ARGV[5], ARGV[7]
if redis.call('EXISTS', ROOM) == 0 then return { 'error', 'invalid_room' } end

local function entered(occupant_id, as)
  return { 'ok', occupant_id, as, redis.call('HGETALL', ROOM), redis.call('HVALS', OCCUPANTS) }
end

local former = redis.call('HGET', ENTERED, session)
if ARGV[4] == '1' then
  local present, record
  for one in string.gmatch(former or '', '%S+') do
    local found = held(one, session)
    if found then present, record = one, found end
  end
  if present then
    redis.call('ZADD', SEEN, now, present)
    return entered(record.occupant, present)
  end
end

local occupant = cjson.decode(ARGV[3])
local epoch = redis.call('HGET', ROOM, 'epoch')
occupant.place = redis.call('HINCRBY', ROOM, 'places', 1)
put(occupant)
count(occupant, 1)
redis.call('HSET', TICKETS, ticket, cjson.encode({ occupant = occupant.id, session = session, epoch = epoch }))
redis.call('ZADD', SEEN, now, ticket)
redis.call('HSET', ENTERED, session, former and former .. ' ' .. ticket or ticket)
local parts = {}
if occupant.nickname then
  parts.event = append(event_of(occupant, 'system:enter', now, occupant.nickname .. ARGV[6]), most)
end
announce(parts)
redis.call('HSET', POLLS, 'p:' .. ticket, redis.call('HGET', ROOM, 'counter'))
return entered(occupant.id, ticket)
