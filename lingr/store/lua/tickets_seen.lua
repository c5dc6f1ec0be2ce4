-- Notes that tickets are being polled and how far each has been told.
-- KEYS: the room's. ARGV: now (ms), then for each ticket the ticket and the counter last told (or '').
-- uses: room
for index = 2, #ARGV, 2 do
  local ticket, told = ARGV[index], ARGV[index + 1]
  if redis.call('HEXISTS', TICKETS, ticket) == 1 then
    redis.call('ZADD', SEEN, 'GT', ARGV[1], ticket)
    if told ~= '' then redis.call('HSET', POLLS, 'p:' .. ticket, told) end
  end
end
return { 'ok' }
