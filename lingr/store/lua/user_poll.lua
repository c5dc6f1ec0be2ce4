-- Begins a poll: the ticket lives on, is served by this process from now on, and a counter that is not the
-- profile's must not come too often.
-- KEYS: the user's. ARGV: ticket, session, now (ms), when the ticket dies if it is not polled again (ms), how
-- long tickets are kept at all (ms), process, counter, how often in a row that counter may be another one.
-- Returns what `profile` says. Errors: invalid_ticket, repeated_counter.
-- uses: user
-- uses: profile
-- uses: watching
local ticket = ARGV[1]
if not is_held(ticket, ARGV[2], ARGV[3]) then return { 'error', 'invalid_ticket' } end
redis.call('ZADD', DUE, ARGV[4], ticket)
redis.call('PEXPIRE', TICKETS, ARGV[5])
redis.call('PEXPIRE', DUE, ARGV[5])
local home = redis.call('HGET', TICKETS, 'h:' .. ticket)
if home ~= ARGV[6] then
  redis.call('HSET', TICKETS, 'h:' .. ticket, ARGV[6])
  if home then announce({ moved = '["' .. ticket .. '"]', home = '"' .. ARGV[6] .. '"' }) end
end
if ARGV[7] == (redis.call('HGET', USER, 'counter') or '0') then
  redis.call('HDEL', TICKETS, 's:' .. ticket)
else
  local counter, times = string.match(redis.call('HGET', TICKETS, 's:' .. ticket) or '', '^(%S+) (%d+)$')
  times = counter == ARGV[7] and times + 1 or 1
  redis.call('HSET', TICKETS, 's:' .. ticket, ARGV[7] .. ' ' .. times)
  if times > tonumber(ARGV[8]) then return { 'error', 'repeated_counter' } end
end
return profile()
