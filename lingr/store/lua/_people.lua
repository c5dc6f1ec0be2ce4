-- An event about an occupant, ready for `append`.
local function event_of(occupant, kind, now, text, new_nickname)
  return string.sub(cjson.encode({
    type = kind, timestamp = tonumber(now), text = text, new_nickname = new_nickname,
    occupant_id = occupant.id, user_id = occupant.user_id, nickname = occupant.nickname,
    source = occupant.source, client_type = occupant.client_type,
  }), 2)
end

-- Stores an occupant as it now is; the roster has a new version.
local function put(occupant)
  redis.call('HSET', OCCUPANTS, occupant.id, cjson.encode(occupant))
  step('roster', 1)
end

-- Counts an occupant in (1) or out (-1). Chatters have a nickname, observers have none.
local function count(occupant, by)
  if not occupant.nickname then return step('observers', by) end
  redis.call(by > 0 and 'SADD' or 'SREM', CHATTERS, occupant.id)
  step('chatters', by)
end
