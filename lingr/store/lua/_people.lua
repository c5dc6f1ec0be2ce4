-- An event about an occupant, ready for `append`.
local function event_of(occupant, kind, now, text, new_nickname)
  return string.sub(cjson.encode({
    type = kind, timestamp = tonumber(now), text = text, new_nickname = new_nickname,
    occupant_id = occupant.id, user_id = occupant.user_id, nickname = occupant.nickname,
    source = occupant.source, client_type = occupant.client_type, icon = occupant.icon,
    username = occupant.username,
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
