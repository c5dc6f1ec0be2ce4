-- Deletes a bot.
-- KEYS: bots, their ids in lower case, the version of all bots, the rooms it hears. ARGV: bot id, the same in lower
-- case.
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[2])
redis.call('DEL', KEYS[4])
redis.call('INCR', KEYS[3])
return { 'ok' }
