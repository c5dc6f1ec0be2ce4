-- Counts consecutive polls with the same stale counter.
-- KEYS: the room's. ARGV: ticket, the stale counter ('' for a poll that is not stale).
-- Returns how many there have been, this one included.
-- uses: room
local field, counter = 's:' .. ARGV[1], ARGV[2]
if counter == '' then
  redis.call('HDEL', POLLS, field)
  return { 'ok', 0 }
end
if redis.call('HEXISTS', TICKETS, ARGV[1]) == 0 then return { 'ok', 0 } end
local former, times = string.match(redis.call('HGET', POLLS, field) or '', '^(.*) (%d+)$')
times = former == counter and tonumber(times) + 1 or 1
redis.call('HSET', POLLS, field, counter .. ' ' .. times)
return { 'ok', times }
