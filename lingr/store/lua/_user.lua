-- What all user scripts share: the names of their keys, and telling what changed.
-- KEYS: as keys.UserKeys lists them.
local USER, OWNED, FAVORITE, MONITORED, VISITED, OCCUPIED, HEARD, JOINED, TICKETS, DUE, CHANNEL =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11]

-- The next place in a list. One row of numbers serves all lists.
local function place()
  return redis.call('HINCRBY', USER, 'places', 1)
end

-- Tells every process the profile's counter and the parts given (JSON already).
local function announce(parts)
  local text = '{"counter":' .. (redis.call('HGET', USER, 'counter') or '0')
  for name, json in pairs(parts) do
    text = text .. ',"' .. name .. '":' .. json
  end
  redis.call('SPUBLISH', CHANNEL, text .. '}')
end

-- The profile or one of its lists is another one.
local function change(parts)
  redis.call('HINCRBY', USER, 'counter', 1)
  announce(parts or {})
end

-- Room and session of an entry of OCCUPIED.
local function parts_of(member)
  return string.match(member, '^(%S+) (%S+)$')
end

-- How many sessions are in each room.
local function occupied()
  local rooms = {}
  for _, member in ipairs(redis.call('ZRANGE', OCCUPIED, 0, -1)) do
    local room = parts_of(member)
    rooms[room] = (rooms[room] or 0) + 1
  end
  return rooms
end

-- Whether a room is in any of the lists, or has the user as a member.
local function listed(room, rooms)
  if rooms[room] or redis.call('SISMEMBER', OWNED, room) == 1 then return true end
  for _, LIST in ipairs({ FAVORITE, MONITORED, VISITED, JOINED }) do
    if redis.call('ZSCORE', LIST, room) then return true end
  end
  return false
end
