-- What all room scripts share: the names of their keys, numbering, storing and announcing.
-- KEYS: as keys.RoomKeys lists them. cjson.null never occurs: absent fields are left out.
local ROOM, LOG, OCCUPANTS, TICKETS, POLLS, SEEN, ENTERED, CHANNEL =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8]

-- Tells every process what happened: the counter and roster version that the room now has, the number
-- of its occupants, and the parts given (JSON already), such as the event itself.
local function announce(parts)
  local state = redis.call('HMGET', ROOM, 'counter', 'roster')
  local text = '{"counter":' .. state[1] .. ',"roster":' .. state[2]
    .. ',"size":' .. redis.call('HLEN', OCCUPANTS)
  for name, json in pairs(parts) do
    text = text .. ',"' .. name .. '":' .. json
  end
  redis.call('SPUBLISH', CHANNEL, text .. '}')
end

-- Gives the event the room's next number and stores it under that; returns its JSON.
local function append(event, most)
  event.id = redis.call('HINCRBY', ROOM, 'counter', 1)
  local json = cjson.encode(event)
  redis.call('XADD', LOG, 'MAXLEN', '~', most, event.id .. '-0', 'event', json)
  return json
end

-- An event about, or of, an occupant.
local function event_of(occupant, kind, now, text)
  return {
    type = kind, timestamp = tonumber(now), text = text,
    occupant_id = occupant.id, user_id = occupant.user_id, nickname = occupant.nickname,
    source = occupant.source, client_type = occupant.client_type,
  }
end

-- The record of a ticket that the session holds, or nil.
local function held(ticket, session)
  local json = redis.call('HGET', TICKETS, ticket)
  if not json then return nil end
  local record = cjson.decode(json)
  if record.session ~= session then return nil end
  if record.epoch ~= redis.call('HGET', ROOM, 'epoch') then return nil end
  return record
end

local function occupant_of(record)
  return cjson.decode(redis.call('HGET', OCCUPANTS, record.occupant))
end

-- Stores an occupant as it now is; the roster has a new version.
local function put(occupant)
  redis.call('HSET', OCCUPANTS, occupant.id, cjson.encode(occupant))
  return redis.call('HINCRBY', ROOM, 'roster', 1)
end

-- Chatters have a nickname, observers have none.
local function count(occupant, by)
  redis.call('HINCRBY', ROOM, occupant.nickname and 'chatters' or 'observers', by)
end
