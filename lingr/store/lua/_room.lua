-- What all room scripts share: the names of their keys, numbering, storing and announcing.
-- KEYS: as keys.RoomKeys lists them. cjson.null never occurs: absent fields are left out.
local ROOM, LOG, OCCUPANTS, TICKETS, POLLS, SEEN, ENTERED, CHATTERS, CHANNEL =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9]

-- The room's numbers, read once and from then on counted here; `announce` writes back those in `changed`.
-- Nil if there is no room.
local known, changed
local function numbers()
  if not known then
    local raw = redis.call(
      'HMGET', ROOM, 'counter', 'roster', 'chatters', 'observers', 'places', 'epoch', 'timezone')
    if not raw[1] then return nil end
    known = {
      counter = tonumber(raw[1]), roster = tonumber(raw[2]), chatters = tonumber(raw[3]),
      observers = tonumber(raw[4]), places = tonumber(raw[5] or 0), epoch = raw[6], zone = raw[7],
    }
    changed = {}
  end
  return known
end

-- Gives one of the room's numbers another value, and returns that.
local function set(name, value)
  numbers()[name] = value
  changed[name] = value
  return value
end

local function step(name, by)
  return set(name, numbers()[name] + by)
end

-- Writes back what changed, and tells every process: the counter and roster version that the room now
-- has, the number of its occupants, and the parts given (JSON already), such as the event itself.
local function announce(parts)
  local room = numbers()
  local fields = {}
  for name, value in pairs(changed) do
    fields[#fields + 1] = name
    fields[#fields + 1] = value
  end
  if #fields > 0 then redis.call('HSET', ROOM, unpack(fields)) end
  changed = {}
  local text = '{"counter":' .. room.counter .. ',"roster":' .. room.roster
    .. ',"size":' .. room.chatters + room.observers
  for name, json in pairs(parts) do
    text = text .. ',"' .. name .. '":' .. json
  end
  redis.call('SPUBLISH', CHANNEL, text .. '}')
end

-- Gives an event, which is JSON without an id, the room's next number and stores it under that; returns
-- its JSON.
local function append(event, most)
  local id = step('counter', 1)
  local json = '{"id":' .. id .. ',' .. string.sub(event, 2)
  redis.call('XADD', LOG, 'MAXLEN', '~', most, id .. '-0', 'event', json)
  return json
end

-- An event about an occupant, ready for `append`.
local function event_of(occupant, kind, now, text, new_nickname)
  return cjson.encode({
    type = kind, timestamp = tonumber(now), text = text, new_nickname = new_nickname,
    occupant_id = occupant.id, user_id = occupant.user_id, nickname = occupant.nickname,
    source = occupant.source, client_type = occupant.client_type,
  })
end

-- The record of a ticket. None of what it holds needs quoting.
local function record_of(json)
  local function part(name)
    return string.match(json, '"' .. name .. '":"([^"]*)"')
  end
  return { occupant = part('occupant'), session = part('session'), epoch = part('epoch') }
end

-- The record of a ticket that the session holds, or nil.
local function held(ticket, session)
  local json = redis.call('HGET', TICKETS, ticket)
  if not json then return nil end
  local record, room = record_of(json), numbers()
  if not room or record.session ~= session or record.epoch ~= room.epoch then return nil end
  return record
end

local function occupant_of(record)
  return cjson.decode(redis.call('HGET', OCCUPANTS, record.occupant))
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
