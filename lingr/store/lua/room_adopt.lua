-- Makes a room of events that were brought in, all at once.
-- KEYS: the room's, then the room that has moved to its id, then its closure, then the events brought in.
-- ARGV: how many events these are, how many members the room has, user and JSON of each, then field and value pairs
-- of the room's hash.
-- Returns the room's hash, or nothing where the id is free but its keys are not: a room made with it has moved
-- away, or was deleted just now. Errors: id_unavailable, unavailable.
-- uses: room
-- uses: maker
local events = tonumber(ARGV[1])
if redis.call('EXISTS', KEYS[14]) == 1 then return { 'error', 'id_unavailable' } end
if redis.call('EXISTS', ROOM) == 1 then
  if redis.call('HEXISTS', ROOM, 'moved_to') == 0 then return { 'error', 'id_unavailable' } end
  return { 'ok', {} }
end
if redis.call('EXISTS', KEYS[15]) == 1 then return { 'ok', {} } end
if redis.call('XLEN', KEYS[16]) ~= events then return { 'error', 'unavailable' } end
if events > 0 then
  redis.call('RENAME', KEYS[16], LOG)
  redis.call('PERSIST', LOG)
end
make(2)
return { 'ok', redis.call('HGETALL', ROOM) }
