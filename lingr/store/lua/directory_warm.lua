-- Notes how hot rooms are, as far as they are in the directory and were not hotter before.
-- KEYS: hot rooms, texts. ARGV: how hot a room must be to stay, most rooms, then room id and how hot in turn.
-- Returns the ids of those that are not in the directory.
local HOT, TEXTS = KEYS[1], KEYS[2]
local strangers = {}
for index = 3, #ARGV, 2 do
  local id = ARGV[index]
  if redis.call('HEXISTS', TEXTS, id) == 1 then
    redis.call('ZADD', HOT, 'GT', ARGV[index + 1], id)
  else
    strangers[#strangers + 1] = id
  end
end
redis.call('ZREMRANGEBYSCORE', HOT, '-inf', '(' .. ARGV[1])
redis.call('ZREMRANGEBYRANK', HOT, 0, -1 - ARGV[2])
return { 'ok', strangers }
