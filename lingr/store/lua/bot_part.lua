-- Has a bot hear a room no longer.
-- KEYS: the version of all bots, the rooms it hears. ARGV: room id.
if redis.call('SREM', KEYS[2], ARGV[1]) == 1 then redis.call('INCR', KEYS[1]) end
return { 'ok' }
