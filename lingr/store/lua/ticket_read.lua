-- Tells the holder of a ticket what is new, counts the call, and counts as a poll.
-- KEYS: the room's, then the count of the ticket's calls. ARGV: ticket, session, now (ms), most calls per
-- window (0: any number), window (ms), the number of the first event wanted ('' for none), most events,
-- most occupants to list.
-- Returns the JSON occupant; the room's counter, roster version, number of occupants and time zone; the
-- occupants as JSON unless there are too many; and the events' JSON.
-- Errors: invalid_ticket, rate_limited.
-- uses: room
-- uses: rate
-- uses: events
local record = held(ARGV[1], ARGV[2])
if not record then return { 'error', 'invalid_ticket' } end
local refused = refusal(KEYS[14], ARGV[4], ARGV[5])
if refused then return refused end
redis.call('ZADD', SEEN, ARGV[3], ARGV[1])
local room = numbers()
local size = room.chatters + room.observers
return {
  'ok', redis.call('HGET', OCCUPANTS, record.occupant), room.counter, room.roster, size, room.zone,
  size <= tonumber(ARGV[8]) and redis.call('HVALS', OCCUPANTS) or {}, events(ARGV[6], ARGV[7]),
}
