-- Notes that a session of the user's is in rooms. Those it was not in are visited now.
-- KEYS: the user's. ARGV: session, most visited rooms and most places in rooms to keep, then the rooms.
-- Returns the rooms that are in none of the lists any more.
-- uses: user
local rooms, is_news, dropped = occupied(), false, {}
for index = 4, #ARGV do
  local room = ARGV[index]
  local member = room .. ' ' .. ARGV[1]
  if not redis.call('ZSCORE', OCCUPIED, member) then
    is_news = is_news or not rooms[room]
    rooms[room] = (rooms[room] or 0) + 1
    if redis.call('ZREVRANGE', VISITED, 0, 0)[1] ~= room then
      redis.call('ZADD', VISITED, place(), room)
      is_news = true
    end
  end
  redis.call('ZADD', OCCUPIED, place(), member)
end
local excess = redis.call('ZCARD', VISITED) - tonumber(ARGV[2])
if excess > 0 then
  local oldest = redis.call('ZRANGE', VISITED, 0, excess - 1)
  redis.call('ZREMRANGEBYRANK', VISITED, 0, excess - 1)
  for _, room in ipairs(oldest) do
    if not listed(room, rooms) then dropped[#dropped + 1] = room end
  end
end
excess = redis.call('ZCARD', OCCUPIED) - tonumber(ARGV[3])
if excess > 0 then
  local oldest = redis.call('ZRANGE', OCCUPIED, 0, excess - 1)
  redis.call('ZREMRANGEBYRANK', OCCUPIED, 0, excess - 1)
  for _, member in ipairs(oldest) do
    local room = parts_of(member)
    rooms[room] = rooms[room] > 1 and rooms[room] - 1 or nil
    is_news = is_news or not rooms[room]
    if not listed(room, rooms) then dropped[#dropped + 1] = room end
  end
end
if is_news then change() end
return { 'ok', dropped }
