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

-- Takes an occupant out of the room, and tells of it with the parts given: in the room's words if it had a
-- nickname, and without words if only its user has gone offline.
local function take_out(occupant, parts, now, most, has_left)
  redis.call('HDEL', OCCUPANTS, occupant.id)
  step('roster', 1)
  count(occupant, -1)
  local online = tally(occupant.user_id, -1, now)
  if occupant.nickname then
    local words = occupant.nickname .. has_left
    parts.event = append(event_of(occupant, 'system:leave', now, words, nil, online), most)
  elseif online == false then
    parts.event = append(event_of(occupant, 'presence', now, '', nil, false), most)
  end
  announce(parts)
end

-- Takes a ticket and its occupant out of the room. Returns the occupant's user ('' for nobody), and whether the
-- session is still in the room with another ticket.
local function leave(ticket, record, now, most, has_left)
  redis.call('HDEL', TICKETS, ticket)
  redis.call('HDEL', POLLS, 'h:' .. ticket, 'p:' .. ticket, 's:' .. ticket)
  redis.call('ZREM', SEEN, ticket)
  forget(record.session, ticket)
  local occupant = occupant_of(record)
  take_out(occupant, { gone = '["' .. ticket .. '"]' }, now, most, has_left)
  return occupant.user_id or '', redis.call('HEXISTS', ENTERED, record.session)
end
