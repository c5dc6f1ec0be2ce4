-- Gives a room other settings, and another public id if a move of it is under way, in one step.
-- KEYS: the room's, then the room that has moved to the id it was made with. ARGV: the id it has moved to so far
-- ('' if it has not), the move ('' for none), the id it moves to now ('' for the one it was made with), how many
-- fields to remove, these, then field and value pairs.
-- An icon that it has no more stays noted, until its files are gone. Returns the room's hash. Errors: invalid_room, id_unavailable, unavailable.
-- uses: room
local move, moves_to, removed = ARGV[2], ARGV[3], tonumber(ARGV[4])
if not numbers() then return { 'error', 'invalid_room' } end
local at = redis.call('HMGET', ROOM, 'moved_to', 'moving', 'moved_by')
-- Asked again because the answer was lost: it is done.
if move ~= '' and at[3] == move then return { 'ok', redis.call('HGETALL', ROOM) } end
if (at[1] or '') ~= ARGV[1] then return { 'error', 'invalid_room' } end
if move ~= '' then
  if at[2] ~= move then return { 'error', 'unavailable' } end
  if moves_to == '' then
    if redis.call('EXISTS', KEYS[14]) == 1 then return { 'error', 'id_unavailable' } end
    redis.call('HDEL', ROOM, 'moved_to')
  else
    redis.call('HSET', ROOM, 'moved_to', moves_to)
  end
  redis.call('HDEL', ROOM, 'moving')
  redis.call('HSET', ROOM, 'moved_by', move)
end
local icon = redis.call('HGET', ROOM, 'icon')
if removed > 0 then redis.call('HDEL', ROOM, unpack(ARGV, 5, 4 + removed)) end
if #ARGV > 4 + removed then redis.call('HSET', ROOM, unpack(ARGV, 5 + removed)) end
if icon and icon ~= redis.call('HGET', ROOM, 'icon') then redis.call('HSET', ROOM, 'icon:' .. icon, 1) end
-- What was made of the room as it was, is known by the version of its roster.
step('roster', 1)
announce({ zone = cjson.encode(redis.call('HGET', ROOM, 'timezone')) })
return { 'ok', redis.call('HGETALL', ROOM) }
