-- Everything kept of a user: counter, mark of the profile, when news was last counted (ms), rooms owned,
-- favourite, monitored, visited (the newest first), in which sessions are with the place of each, and rooms
-- with the newest message heard of.
local function profile()
  local known = redis.call('HMGET', USER, 'counter', 'profile', 'news_at')
  return {
    'ok', known[1] or '0', known[2] or '', known[3] or '0', redis.call('SMEMBERS', OWNED),
    redis.call('ZRANGE', FAVORITE, 0, -1), redis.call('ZRANGE', MONITORED, 0, -1),
    redis.call('ZREVRANGE', VISITED, 0, -1), redis.call('ZRANGE', OCCUPIED, 0, -1, 'WITHSCORES'),
    redis.call('HGETALL', HEARD),
  }
end
