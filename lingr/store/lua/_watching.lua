-- Voids a ticket for observing the user.
local function void(ticket)
  redis.call('HDEL', TICKETS, 't:' .. ticket, 'h:' .. ticket, 's:' .. ticket)
  redis.call('ZREM', DUE, ticket)
end

-- Whether a session holds a ticket that was polled in time.
local function is_held(ticket, session, now)
  if redis.call('HGET', TICKETS, 't:' .. ticket) ~= session then return false end
  local due = redis.call('ZSCORE', DUE, ticket)
  if due and tonumber(due) >= tonumber(now) then return true end
  void(ticket)
  return false
end
