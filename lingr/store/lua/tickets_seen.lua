-- Notes when tickets were last polled and how far each has been told, and checks them.
-- KEYS: the room's. ARGV: for each ticket the ticket, the time (ms) and the counter last told (or '').
-- Returns the room's counter, roster version, number of occupants and time zone, then the tickets that
-- are void.
-- uses: room
local state = redis.call('HMGET', ROOM, 'counter', 'roster', 'timezone', 'epoch')
local reply = { 'ok', state[1], state[2], redis.call('HLEN', OCCUPANTS), state[3] }
local mark = '"epoch":"' .. (state[4] or '') .. '"'
for index = 1, #ARGV, 3 do
  local ticket, told = ARGV[index], ARGV[index + 2]
  local record = redis.call('HGET', TICKETS, ticket)
  if record and string.find(record, mark, 1, true) then
    redis.call('ZADD', SEEN, 'GT', ARGV[index + 1], ticket)
    if told ~= '' then redis.call('HSET', POLLS, 'p:' .. ticket, told) end
  else
    reply[#reply + 1] = ticket
  end
end
return reply
