-- Puts a room on one of the two lists that the user keeps, or takes it off.
-- KEYS: the user's. ARGV: the list (favorite or monitored), room, whether it is to be there (1 or 0), most
-- rooms on the list, the room's newest message.
-- Returns whether the room is in none of the lists now. Errors: too_many_rooms.
-- uses: user
local LIST, room = ARGV[1] == 'favorite' and FAVORITE or MONITORED, ARGV[2]
local is_there = redis.call('ZSCORE', LIST, room)
if ARGV[3] == '1' then
  if is_there then return { 'ok', 0 } end
  if redis.call('ZCARD', LIST) >= tonumber(ARGV[4]) then return { 'error', 'too_many_rooms' } end
  redis.call('ZADD', LIST, place(), room)
  if LIST == MONITORED then redis.call('HSET', HEARD, room, ARGV[5]) end
  change()
elseif is_there then
  redis.call('ZREM', LIST, room)
  if LIST == MONITORED then redis.call('HDEL', HEARD, room) end
  change()
end
return { 'ok', listed(room, occupied()) and 0 or 1 }
