-- Leases blocks of message ids that no room has had, in a row. What they are for is noted at once: nobody
-- may see an id that does not lead back to its room.
-- KEYS: the counter, the places, the leases. ARGV: room, the first stretch of its counter that they are for,
-- how many, a block known to be leased already, the first block that the room has not forgotten.
-- Returns the first block.
local COUNTER, PLACES, LEASES = KEYS[1], KEYS[2], KEYS[3]
local room, many, oldest = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[5])
-- An engine that was restored from the past does not lease anew what is remembered outside of it.
local first = math.max(tonumber(redis.call('GET', COUNTER) or '0'), tonumber(ARGV[4])) + 1
redis.call('SET', COUNTER, first + many - 1)
-- The block is named, too: several processes may lease for the same stretch, and the room takes one of these only.
redis.call('ZADD', PLACES, first, table.concat({ room, ARGV[2], ARGV[3], first }, ' '))
local kept = {}
for block in string.gmatch(redis.call('HGET', LEASES, room) or '', '%d+') do
  if tonumber(block) < oldest then
    redis.call('ZREMRANGEBYSCORE', PLACES, block, block)
  else
    kept[#kept + 1] = block
  end
end
kept[#kept + 1] = first
redis.call('HSET', LEASES, room, table.concat(kept, ' ') .. ' ')
return { 'ok', first }
