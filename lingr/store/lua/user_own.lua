-- Notes that the user owns a room.
-- KEYS: the user's. ARGV: room.
-- uses: user
if redis.call('SADD', OWNED, ARGV[1]) == 1 then change() end
return { 'ok' }
