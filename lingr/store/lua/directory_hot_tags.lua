-- Tells the tags of the hottest rooms, the hottest first; each is as hot as its rooms are together.
-- KEYS: hot rooms, texts, shown names of tags. ARGV: how hot a room must be to count, most rooms, most tags,
-- the mark around tags in texts.
-- Returns names, and names to show.
local HOT, TEXTS, NAMES = KEYS[1], KEYS[2], KEYS[3]
local rooms = redis.call('ZREVRANGEBYSCORE', HOT, '+inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[2])
local heat, found = {}, {}
for index = 1, #rooms, 2 do
  local text = redis.call('HGET', TEXTS, rooms[index]) or ''
  for tag in string.gmatch(text, ARGV[4] .. '([^' .. ARGV[4] .. ']+)') do
    if not heat[tag] then found[#found + 1] = tag end
    heat[tag] = (heat[tag] or 0) + 2 ^ (rooms[index + 1] - rooms[2])
  end
end
if #found == 0 then return { 'ok', {}, {} } end
table.sort(found, function(one, other)
  if heat[one] ~= heat[other] then return heat[one] > heat[other] end
  return one < other
end)
local names = { unpack(found, 1, math.min(#found, tonumber(ARGV[3]))) }
return { 'ok', names, redis.call('HMGET', NAMES, unpack(names)) }
