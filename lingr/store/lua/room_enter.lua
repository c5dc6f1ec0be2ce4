-- Lets an occupant in, once per ticket. With `again` set, a session that is in the room keeps its
-- occupant and ticket.
-- KEYS: the room's. ARGV: session, ticket, occupant id, its JSON without a place, the JSON event of its
-- joining without the first brace ('' for an observer), again (1 or 0), the hash of the room's password
-- ('' if it has none), now (ms), most events to keep, most occupants to list, the occupant's user ('' for nobody),
-- whether it comes as a member of a room that is for members only (1 or 0).
-- Returns occupant id, ticket, the room's hash, the occupants listed as JSON, oneself among them.
-- Errors: invalid_room, room_password_required.
-- uses: room
-- uses: roster
-- uses: people
-- uses: admission
local session, ticket, occupant_id, event, now = ARGV[1], ARGV[2], ARGV[3], ARGV[5], ARGV[8]
local hash, at = redis.call('HGETALL', ROOM), {}
for index = 1, #hash, 2 do at[hash[index]] = index + 1 end
local function field(name)
  return hash[at[name]]
end
if #hash == 0 then return { 'error', 'invalid_room' } end
local closed = at.members_only and field('members_only') == '1'
if not (closed and ARGV[12] == '1' and is_member(ARGV[11])) then
  if (at.password and field('password') or '') ~= ARGV[7] then return { 'error', 'room_password_required' } end
  if closed and ARGV[7] == '' then return { 'error', 'invalid_room' } end
end
known = {
  counter = tonumber(field('counter')), roster = tonumber(field('roster')), epoch = field('epoch'),
  chatters = tonumber(field('chatters')), observers = tonumber(field('observers')),
  places = tonumber(field('places')),
}

local function entered(id, as)
  local most = tonumber(ARGV[10])
  local occupants, missing = listed(most), known.chatters > most
  if not missing and known.chatters + known.observers > most then
    missing = redis.call('SISMEMBER', CHATTERS, id) == 0
  end
  if missing then occupants[#occupants + 1] = redis.call('HGET', OCCUPANTS, id) end
  for _, name in ipairs({ 'counter', 'roster', 'chatters', 'observers' }) do
    hash[at[name]] = tostring(known[name])
  end
  return { 'ok', id, as, hash, occupants }
end

local former = redis.call('HGET', ENTERED, session)
if ARGV[6] == '1' then
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

local newcomer = event ~= '' and cjson.decode(ARGV[4]) or { id = occupant_id }
local record = record_for(newcomer, session, known.epoch)
if redis.call('HSETNX', TICKETS, ticket, record) == 0 then return entered(occupant_id, ticket) end
local json = string.sub(ARGV[4], 1, -2) .. ',"place":' .. step('places', 1) .. '}'
redis.call('HSET', OCCUPANTS, occupant_id, json)
redis.call('ZADD', SEEN, now, ticket)
redis.call('HSET', ENTERED, session, former and former .. ' ' .. ticket or ticket)
step('roster', 1)
local parts = {}
local online = ARGV[11] ~= '' and tally(ARGV[11], 1, now)
if event == '' then
  step('observers', 1)
  if online then
    parts.event = append(event_of(cjson.decode(ARGV[4]), 'presence', now, '', nil, true), ARGV[9])
  end
else
  redis.call('SADD', CHATTERS, occupant_id)
  step('chatters', 1)
  parts.event = append(online and '"online":true,' .. event or event, ARGV[9])
end
redis.call('HSET', POLLS, 'p:' .. ticket, '1 ' .. known.counter)
announce(parts)
return entered(occupant_id, ticket)
