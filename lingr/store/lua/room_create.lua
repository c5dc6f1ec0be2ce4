-- Makes a room.
-- KEYS: the room's, then the room that has moved to its id, then its closure. ARGV: how many members it has, user
-- and JSON of each, then field and value pairs of the room's hash.
-- Returns the room's hash, or nothing where the id is free but its keys are not: a room made with it has moved
-- away, or was deleted just now. Errors: id_unavailable.
-- uses: room
-- uses: maker
if redis.call('EXISTS', KEYS[14]) == 1 then return { 'error', 'id_unavailable' } end
if redis.call('EXISTS', ROOM) == 1 then
  if redis.call('HEXISTS', ROOM, 'moved_to') == 0 then return { 'error', 'id_unavailable' } end
  return { 'ok', {} }
end
if redis.call('EXISTS', KEYS[15]) == 1 then return { 'ok', {} } end
redis.call('HSET', ROOM, 'counter', 0, 'max_user_message_id', 0)
make(1)
return { 'ok', redis.call('HGETALL', ROOM) }
