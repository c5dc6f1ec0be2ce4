-- Finds out who holds a ticket, and counts as a poll. A process that means to hold the poll names
-- itself: it becomes the ticket's home, which begins another turn, and the former home is told.
-- KEYS: the room's. ARGV: ticket, session, now (ms), process ('' for none), whether it hears what the room
-- announces (1 or 0).
-- Returns the JSON occupant, the counter last told, the ticket's turn, whether former homes have nothing to
-- add to that counter, whether a stale counter is being repeated, and the room's counter, roster version,
-- number of occupants and time zone.
-- Errors: invalid_ticket.
-- uses: room
local ticket, process, hears = ARGV[1], ARGV[4], ARGV[5]
local record = held(ticket, ARGV[2])
if not record then return { 'error', 'invalid_ticket' } end
redis.call('ZADD', SEEN, ARGV[3], ticket)
local turn, heard, home = string.match(redis.call('HGET', POLLS, 'h:' .. ticket) or '', '^(%d+) (%d) (.*)$')
local noted, counter = string.match(redis.call('HGET', POLLS, 'p:' .. ticket) or '', '^(%d+) (%d+)$')
turn, noted = tonumber(turn or 0), tonumber(noted or 0)
if process ~= '' and home ~= process then
  if home and heard == '0' and noted == turn then
    -- Nobody is there to hand over: what it told is noted.
    noted = turn + 1
    redis.call('HSET', POLLS, 'p:' .. ticket, noted .. ' ' .. counter)
  end
  turn = turn + 1
  redis.call('HSET', POLLS, 'h:' .. ticket, turn .. ' ' .. hears .. ' ' .. process)
  if home then
    announce({ moved = cjson.encode({ ticket }), home = cjson.encode(process), turn = turn })
  end
elseif process ~= '' and hears == '1' and heard == '0' then
  redis.call('HSET', POLLS, 'h:' .. ticket, turn .. ' 1 ' .. process)
end
local state = redis.call('HMGET', ROOM, 'counter', 'roster', 'timezone')
return {
  'ok', redis.call('HGET', OCCUPANTS, record.occupant), counter or '', turn, noted >= turn and 1 or 0,
  redis.call('HEXISTS', POLLS, 's:' .. ticket), state[1], state[2], redis.call('HLEN', OCCUPANTS), state[3],
}
