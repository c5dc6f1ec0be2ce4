-- What all room scripts share: the names of their keys, numbering, storing and announcing.
-- KEYS: as keys.RoomKeys lists them. cjson.null never occurs: absent fields are left out.
local ROOM, LOG, OCCUPANTS, TICKETS, POLLS, SEEN, ENTERED, CHATTERS, CHANNEL, ONLINE, MEMBERS, NUMBERS, BOTS =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[12],
  KEYS[13]

-- The room's numbers, read once and from then on counted here, and the fields and values that `announce` is
-- to write back. Nil if there is no room.
local known
local changes = {}
local function numbers()
  if not known then
    local raw = redis.call('HMGET', ROOM, 'counter', 'roster', 'chatters', 'observers', 'epoch', 'timezone')
    if not raw[1] then return nil end
    known = {
      counter = tonumber(raw[1]), roster = tonumber(raw[2]), chatters = tonumber(raw[3]),
      observers = tonumber(raw[4]), epoch = raw[5], zone = raw[6],
    }
  end
  return known
end

-- Gives a field of the room another value, and returns that.
local function set(name, value)
  known[name] = value
  changes[#changes + 1] = name
  changes[#changes + 1] = value
  return value
end

local function step(name, by)
  return set(name, numbers()[name] + by)
end

-- Writes back what changed, and tells every process: the counter and roster version that the room now
-- has, the number of its occupants, and the parts given (JSON already), such as the event itself.
local function announce(parts)
  local room = numbers()
  if #changes > 0 then redis.call('HSET', ROOM, unpack(changes)) end
  changes = {}
  local text = '{"counter":' .. room.counter .. ',"roster":' .. room.roster
    .. ',"size":' .. room.chatters + room.observers
  for name, json in pairs(parts) do
    text = text .. ',"' .. name .. '":' .. json
  end
  redis.call('SPUBLISH', CHANNEL, text .. '}')
end

-- Gives an event the room's next number and stores it under that; returns its JSON. The event is JSON
-- without the brace that opens it.
local function append(event, most)
  local id = step('counter', 1)
  local json = '{"id":' .. id .. ',' .. event
  redis.call('XADD', LOG, 'MAXLEN', '~', most, id .. '-0', 'event', json)
  return json
end

-- The record of a ticket, from its JSON as `record_for` writes it: none of the three needs quoting.
local function record_of(json)
  local occupant, session, epoch = string.match(
    json, '^{"occupant":"([^"]*)","session":"([^"]*)","epoch":"([^"]*)"')
  return { occupant = occupant, session = session, epoch = epoch }
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
