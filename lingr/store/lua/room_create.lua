-- Makes a room.
-- KEYS: the room's. ARGV: field and value pairs of the room's hash.
-- Returns the room's hash. Errors: id_unavailable.
-- uses: room
if redis.call('EXISTS', ROOM) == 1 then return { 'error', 'id_unavailable' } end
redis.call('HSET', ROOM, 'counter', 0, 'roster', 0, 'max_user_message_id', 0, 'chatters', 0, 'observers', 0,
  'places', 0, unpack(ARGV))
return { 'ok', redis.call('HGETALL', ROOM) }
