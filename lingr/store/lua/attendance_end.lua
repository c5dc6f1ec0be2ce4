-- Ends the stints of sessions, which are then to leave their rooms: of some, or of those whose time is up. Until
-- that is done they are noted, so that others do it if need be.
-- KEYS: the sessions that are there by the time they are let go, the stint of each, sessions and stints that have
-- ended by the time to look after them. ARGV: now (ms), when to look after those that end now (ms), how many
-- whose time is up, then the sessions.
-- Returns session and stint of each that has ended now, in turn.
local ended = {}
local function finish(session)
  local stint = string.match(redis.call('HGET', KEYS[2], session) or '', '^%S+')
  redis.call('ZREM', KEYS[1], session)
  redis.call('HDEL', KEYS[2], session)
  if not stint then return end
  redis.call('ZADD', KEYS[3], ARGV[2], session .. ' ' .. stint)
  ended[#ended + 1] = session
  ended[#ended + 1] = stint
end
for index = 4, #ARGV do finish(ARGV[index]) end
if ARGV[3] ~= '0' then
  for _, session in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])) do
    finish(session)
  end
end
return { 'ok', ended }
