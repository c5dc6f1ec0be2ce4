-- Gives a session the icon its user has from now on, if it still is that user's.
-- KEYS: the session, its tickets. ARGV: user id, the icon's version ('' for none).
-- Returns the session's tickets.
if redis.call('HGET', KEYS[1], 'user_id') ~= ARGV[1] then return { 'ok', {} } end
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], 'icon')
else
  redis.call('HSET', KEYS[1], 'icon', ARGV[2])
end
return { 'ok', redis.call('SMEMBERS', KEYS[2]) }
