-- Notes that the user is no longer a member of a room, unless it has become one again since.
-- KEYS: the user's. ARGV: room, the time at which it became one, as it was noted.
-- Returns whether the room is in none of the lists now.
-- uses: user
if redis.call('ZSCORE', JOINED, ARGV[1]) == ARGV[2] then redis.call('ZREM', JOINED, ARGV[1]) end
return { 'ok', listed(ARGV[1], occupied()) and 0 or 1 }
