-- Parts a session from the user, because it has logged out or ended: it is in no room for the user any more,
-- and its tickets for observing the user are void.
-- KEYS: the user's. ARGV: session.
-- uses: user
-- uses: watching
local before, gone, tickets = occupied(), {}, {}
for _, member in ipairs(redis.call('ZRANGE', OCCUPIED, 0, -1)) do
  local room, session = parts_of(member)
  if session == ARGV[1] then
    redis.call('ZREM', OCCUPIED, member)
    gone[#gone + 1] = room
  end
end
local held = redis.call('HGETALL', TICKETS)
for index = 1, #held, 2 do
  local ticket = string.match(held[index], '^t:(.*)$')
  if ticket and held[index + 1] == ARGV[1] then
    void(ticket)
    tickets[#tickets + 1] = '"' .. ticket .. '"'
  end
end
local parts = #tickets > 0 and { gone = '[' .. table.concat(tickets, ',') .. ']' } or nil
local is_news, after = false, occupied()
for _, room in ipairs(gone) do is_news = is_news or (before[room] and not after[room]) end
if is_news then change(parts) elseif parts then announce(parts) end
return { 'ok' }
