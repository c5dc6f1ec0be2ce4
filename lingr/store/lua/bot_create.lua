-- Makes a bot, unless its id is a bot's already, or a user's name. One of the same secret is the same bot.
-- KEYS: bots, their ids in lower case, the version of all bots, usernames. ARGV: bot id, the same in lower case,
-- JSON bot, its secret.
-- Errors: id_unavailable.
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known and cjson.decode(known).secret == ARGV[4] then return { 'ok' } end
if redis.call('HEXISTS', KEYS[2], ARGV[2]) == 1 or redis.call('HEXISTS', KEYS[4], ARGV[2]) == 1 then
  return { 'error', 'id_unavailable' }
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('HSET', KEYS[2], ARGV[2], ARGV[1])
redis.call('INCR', KEYS[3])
return { 'ok' }
