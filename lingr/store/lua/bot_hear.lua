-- Has a bot hear a room that it was invited to.
-- KEYS: bots, the version of all bots, the rooms it hears. ARGV: bot id, room id.
-- Errors: invalid_parameter.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return { 'error', 'invalid_parameter', 'parameter', 'bot' } end
redis.call('SADD', KEYS[3], ARGV[2])
redis.call('INCR', KEYS[2])
return { 'ok' }
