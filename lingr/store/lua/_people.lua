-- An event about an occupant, ready for `append`. `online` is nil where it makes no difference to that.
local function event_of(occupant, kind, now, text, new_nickname, online)
  return string.sub(cjson.encode({
    type = kind, timestamp = tonumber(now), text = text, new_nickname = new_nickname,
    occupant_id = occupant.id, user_id = occupant.user_id, nickname = occupant.nickname,
    source = occupant.source, client_type = occupant.client_type, icon = occupant.icon,
    username = occupant.username, online = online,
  }), 2)
end

-- The JSON of a ticket's record. With a nickname the occupant has a voice: what its messages say of it, ready
-- for room_say, which relies on this very form.
local function record_for(occupant, session, epoch)
  local voice = ''
  if occupant.nickname then
    local fields = {}
    for name, value in pairs(occupant) do fields[name] = value end
    fields.occupant_id, fields.id, fields.place, fields.description = occupant.id, nil, nil, nil
    voice = ',"voice":' .. cjson.encode(fields)
  end
  return '{"occupant":"' .. occupant.id .. '","session":"' .. session .. '","epoch":"' .. epoch .. '"' .. voice .. '}'
end

-- Stores an occupant as it now is, with its ticket's record; the roster has a new version.
local function put(occupant, ticket, record)
  redis.call('HSET', OCCUPANTS, occupant.id, cjson.encode(occupant))
  redis.call('HSET', TICKETS, ticket, record_for(occupant, record.session, record.epoch))
  step('roster', 1)
end

-- Counts an occupant in (1) or out (-1). Chatters have a nickname, observers have none.
local function count(occupant, by)
  if not occupant.nickname then return step('observers', by) end
  redis.call(by > 0 and 'SADD' or 'SREM', CHATTERS, occupant.id)
  step('chatters', by)
end

-- Counts an occupant of a user (nil for nobody's) in (1) or out (-1). Returns true if that brings the user online,
-- false if it takes it offline, nil if it does neither.
local function tally(user_id, by, now)
  if not user_id then return nil end
  local times = redis.call('HINCRBY', ONLINE, user_id, by)
  if times > 0 then
    if by > 0 and times == 1 then return true end
    return nil
  end
  redis.call('HDEL', ONLINE, user_id)
  local json = redis.call('HGET', MEMBERS, user_id)
  if json then
    local member = cjson.decode(json)
    member.seen = tonumber(now)
    redis.call('HSET', MEMBERS, user_id, cjson.encode(member))
  end
  return false
end
