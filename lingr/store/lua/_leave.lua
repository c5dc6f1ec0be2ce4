-- Notes that a session is no longer in the room with a ticket. It may be there with others.
local function forget(session, ticket)
  local tickets = redis.call('HGET', ENTERED, session) or ''
  local kept = {}
  for one in string.gmatch(tickets, '%S+') do
    if one ~= ticket then kept[#kept + 1] = one end
  end
  if #kept == 0 then
    redis.call('HDEL', ENTERED, session)
  else
    redis.call('HSET', ENTERED, session, table.concat(kept, ' '))
  end
end

-- Takes a ticket and its occupant out of the room, and says so if the occupant had a nickname. Returns the
-- occupant's user ('' for nobody), and whether the session is still in the room with another ticket.
local function leave(ticket, record, now, most, has_left)
  redis.call('HDEL', TICKETS, ticket)
  redis.call('HDEL', POLLS, 'h:' .. ticket, 'p:' .. ticket, 's:' .. ticket)
  redis.call('ZREM', SEEN, ticket)
  forget(record.session, ticket)
  local occupant = occupant_of(record)
  redis.call('HDEL', OCCUPANTS, occupant.id)
  step('roster', 1)
  count(occupant, -1)
  local parts = { gone = '["' .. ticket .. '"]' }
  if occupant.nickname then
    parts.event = append(event_of(occupant, 'system:leave', now, occupant.nickname .. has_left), most)
  end
  announce(parts)
  return occupant.user_id or '', redis.call('HEXISTS', ENTERED, record.session)
end
