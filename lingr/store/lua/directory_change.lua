-- Enters a room in the directory, changes what it is found by, or takes it out.
-- KEYS: listed rooms, hot rooms, texts, numbers, places, vacant numbers, tags, their shown names; then the
-- slices it leaves, and those it joins.
-- ARGV: room id, when it was made (ms), the text it was found by so far, the text from now on ('' for none),
-- how many slices and how many tags it leaves, these tags, and of each tag it joins name and shown name.
-- Returns 1, or 0 and the text it is really found by: then nothing has changed.
local LISTED, HOT, TEXTS, NUMBERS = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local PLACES, VACANT, TAGS, NAMES = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local id, created, text = ARGV[1], ARGV[2], ARGV[4]
local leaves, tags = tonumber(ARGV[5]), tonumber(ARGV[6])
local known = redis.call('HGET', TEXTS, id) or ''
if known ~= ARGV[3] then return { 'ok', 0, known } end

local number = redis.call('HGET', NUMBERS, id)
if not number and text ~= '' then
  number = redis.call('RPOP', VACANT) or redis.call('HLEN', PLACES)
end
for index = 9, #KEYS do
  local SLICE = KEYS[index]
  redis.call('SETBIT', SLICE, number, index - 8 > leaves and 1 or 0)
end
for index = 7, 6 + tags do
  if tonumber(redis.call('ZINCRBY', TAGS, -1, ARGV[index])) <= 0 then
    redis.call('ZREM', TAGS, ARGV[index])
    redis.call('HDEL', NAMES, ARGV[index])
  end
end
for index = 7 + tags, #ARGV, 2 do
  redis.call('ZINCRBY', TAGS, 1, ARGV[index])
  redis.call('HSETNX', NAMES, ARGV[index], ARGV[index + 1])
end

if text ~= '' then
  redis.call('HSET', TEXTS, id, text)
  redis.call('HSET', NUMBERS, id, number)
  redis.call('HSET', PLACES, number, id)
  redis.call('ZADD', LISTED, created, id)
  return { 'ok', 1 }
end
if number then
  redis.call('HDEL', TEXTS, id)
  redis.call('HDEL', NUMBERS, id)
  redis.call('HDEL', PLACES, number)
  redis.call('LPUSH', VACANT, number)
end
redis.call('ZREM', LISTED, id)
redis.call('ZREM', HOT, id)
return { 'ok', 1 }
