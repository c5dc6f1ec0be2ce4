-- Forgets leases of a room that is gone, but for those that a room of the same id has now.
-- KEYS: the places, the leases. ARGV: room, the first blocks to forget.
local PLACES, LEASES = KEYS[1], KEYS[2]
local forgotten, kept = {}, {}
for index = 2, #ARGV do
  forgotten[ARGV[index]] = true
  redis.call('ZREMRANGEBYSCORE', PLACES, ARGV[index], ARGV[index])
end
for block in string.gmatch(redis.call('HGET', LEASES, ARGV[1]) or '', '%d+') do
  if not forgotten[block] then kept[#kept + 1] = block .. ' ' end
end
if #kept == 0 then
  redis.call('HDEL', LEASES, ARGV[1])
else
  redis.call('HSET', LEASES, ARGV[1], table.concat(kept))
end
return { 'ok' }
