-- Takes a room that is no more off all lists.
-- KEYS: the user's. ARGV: room.
-- uses: user
local gone = redis.call('SREM', OWNED, ARGV[1])
for _, LIST in ipairs({ FAVORITE, MONITORED, VISITED }) do gone = gone + redis.call('ZREM', LIST, ARGV[1]) end
for _, member in ipairs(redis.call('ZRANGE', OCCUPIED, 0, -1)) do
  if parts_of(member) == ARGV[1] then gone = gone + redis.call('ZREM', OCCUPIED, member) end
end
redis.call('HDEL', HEARD, ARGV[1])
redis.call('ZREM', JOINED, ARGV[1])
if gone > 0 then change() end
return { 'ok' }
