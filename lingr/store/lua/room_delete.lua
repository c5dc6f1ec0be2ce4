-- Deletes a room with all that is in it, and tells every process. No room is made with its id for a while: keys of
-- the old one may be left that die by themselves.
-- KEYS: the room's, then its closure. ARGV: the id the room has moved to ('' if it has not), the deletion, how long
-- the closure lasts (ms).
-- Returns session and ticket of everybody who was there, in turn. Errors: invalid_room.
-- uses: room
local room, left = numbers(), {}
if not room then
  -- Asked again because the answer was lost: it is done.
  if redis.call('GET', KEYS[14]) == ARGV[2] then return { 'ok', left } end
  return { 'error', 'invalid_room' }
end
if (redis.call('HGET', ROOM, 'moved_to') or '') ~= ARGV[1] then return { 'error', 'invalid_room' } end
local tickets = redis.call('HGETALL', TICKETS)
for index = 1, #tickets, 2 do
  left[#left + 1] = record_of(tickets[index + 1]).session
  left[#left + 1] = tickets[index]
end
redis.call('UNLINK', ROOM, LOG, OCCUPANTS, TICKETS, POLLS, SEEN, ENTERED, CHATTERS, ONLINE, MEMBERS,
  NUMBERS, BOTS)
redis.call('SET', KEYS[14], ARGV[2], 'PX', ARGV[3])
redis.call('SPUBLISH', CHANNEL, '{"counter":' .. room.counter .. ',"roster":' .. room.roster
  .. ',"size":0,"reset":true,"deleted":true}')
return { 'ok', left }
