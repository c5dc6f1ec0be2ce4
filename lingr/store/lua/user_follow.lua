-- Gives a session a ticket for observing the user.
-- KEYS: the user's. ARGV: ticket, session, now (ms), when it dies if it is not polled (ms), how long tickets are
-- kept at all (ms), most tickets of one user.
-- uses: user
-- uses: watching
for _, ticket in ipairs(redis.call('ZRANGEBYSCORE', DUE, '-inf', '(' .. ARGV[3])) do void(ticket) end
local excess = redis.call('ZCARD', DUE) - tonumber(ARGV[6]) + 1
if excess > 0 then
  local gone = redis.call('ZRANGE', DUE, 0, excess - 1)
  for _, ticket in ipairs(gone) do void(ticket) end
  announce({ gone = cjson.encode(gone) })
end
redis.call('HSET', TICKETS, 't:' .. ARGV[1], ARGV[2])
redis.call('ZADD', DUE, ARGV[4], ARGV[1])
redis.call('PEXPIRE', TICKETS, ARGV[5])
redis.call('PEXPIRE', DUE, ARGV[5])
return { 'ok' }
