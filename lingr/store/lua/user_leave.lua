-- Notes that a session of the user's is no longer in a room.
-- KEYS: the user's. ARGV: session, room.
-- uses: user
local gone = redis.call('ZREM', OCCUPIED, ARGV[2] .. ' ' .. ARGV[1])
if gone == 1 and not occupied()[ARGV[2]] then change() end
return { 'ok' }
