-- Finds out who holds a ticket, and counts as a poll. A process that means to hold the poll names
-- itself: it becomes the ticket's home, and the former home is told.
-- KEYS: the room's. ARGV: ticket, session, now (ms), process ('' for none).
-- Returns the JSON occupant, the counter last told, whether another process was the home, whether a
-- stale counter is being repeated, and the room's counter, roster version, number of occupants and
-- time zone.
-- Errors: invalid_ticket.
-- uses: room
local ticket, process = ARGV[1], ARGV[4]
local record = held(ticket, ARGV[2])
if not record then return { 'error', 'invalid_ticket' } end
redis.call('ZADD', SEEN, ARGV[3], ticket)
local moved = 0
if process ~= '' then
  local home = redis.call('HGET', POLLS, 'h:' .. ticket)
  if home ~= process then
    redis.call('HSET', POLLS, 'h:' .. ticket, process)
    if home then
      moved = 1
      announce({ moved = cjson.encode({ ticket }), home = cjson.encode(process) })
    end
  end
end
local state = redis.call('HMGET', ROOM, 'counter', 'roster', 'timezone')
return {
  'ok', redis.call('HGET', OCCUPANTS, record.occupant), redis.call('HGET', POLLS, 'p:' .. ticket) or '',
  moved, redis.call('HEXISTS', POLLS, 's:' .. ticket),
  state[1], state[2], redis.call('HLEN', OCCUPANTS), state[3],
}
