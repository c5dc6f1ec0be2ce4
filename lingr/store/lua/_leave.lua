-- Takes a ticket and its occupant out of the room, and says so if the occupant had a nickname.
local function leave(ticket, record, now, most, has_left)
  redis.call('HDEL', TICKETS, ticket)
  redis.call('HDEL', POLLS, 'h:' .. ticket, 'p:' .. ticket, 's:' .. ticket)
  redis.call('ZREM', SEEN, ticket)
  if redis.call('HGET', ENTERED, record.session) == ticket then
    redis.call('HDEL', ENTERED, record.session)
  end
  local occupant = occupant_of(record)
  redis.call('HDEL', OCCUPANTS, occupant.id)
  redis.call('HINCRBY', ROOM, 'roster', 1)
  count(occupant, -1)
  local parts = { gone = cjson.encode({ ticket }) }
  if occupant.nickname then
    parts.event = append(event_of(occupant, 'system:leave', now, occupant.nickname .. has_left), most)
  end
  announce(parts)
end
