-- Notes when tickets were last polled and how far each has been told, and checks them. What was told in
-- an earlier turn than that of the last note comes too late, and is not noted. Who will tell no more hands
-- over: its note is the first of the next turn.
-- KEYS: the room's. ARGV: for each ticket the ticket, the time (ms), the turn of the process that calls, the
-- counter last told in it (or ''), and whether this hands over (1 or 0).
-- Returns the room's counter, roster version, number of occupants and time zone, then the tickets that
-- are void.
-- uses: room
local state = redis.call('HMGET', ROOM, 'counter', 'roster', 'timezone', 'epoch')
local reply = { 'ok', state[1], state[2], redis.call('HLEN', OCCUPANTS), state[3] }
local mark = '"epoch":"' .. (state[4] or '') .. '"'

local function note(ticket, turn, told, over)
  if told == '' and over == 0 then return end
  local noted, counter = string.match(redis.call('HGET', POLLS, 'p:' .. ticket) or '', '^(%d+) (%d+)$')
  noted = tonumber(noted or 0)
  -- Who told nothing hands over what it was handed, if it was.
  if told == '' and noted == turn then told = counter end
  if told ~= '' and noted <= turn then
    redis.call('HSET', POLLS, 'p:' .. ticket, turn + over .. ' ' .. told)
  end
end

for index = 1, #ARGV, 5 do
  local ticket = ARGV[index]
  local record = redis.call('HGET', TICKETS, ticket)
  if record and string.find(record, mark, 1, true) then
    redis.call('ZADD', SEEN, 'GT', ARGV[index + 1], ticket)
    note(ticket, tonumber(ARGV[index + 2]), ARGV[index + 3], tonumber(ARGV[index + 4]))
  else
    reply[#reply + 1] = ticket
  end
end
return reply
