-- Notes that a user likes a message. Of as many as are kept at most, the oldest gives way.
-- KEYS: the room's, then its liked messages. ARGV: user, the message's id with all its digits, its counter, most
-- messages of one user.
-- Errors: unknown_message, already_favorite.
-- uses: room
local LIKED, user = KEYS[14], ARGV[1]
if not numbers() then return { 'error', 'unknown_message' } end
local place = ARGV[3] .. '-0'
if #redis.call('XRANGE', LOG, place, place) == 0 then return { 'error', 'unknown_message' } end
if redis.call('ZADD', LIKED, 'NX', 0, user .. ' ' .. ARGV[2]) == 0 then return { 'error', 'already_favorite' } end
local first, last = '[' .. user .. ' ', '[' .. user .. '!'
if redis.call('ZLEXCOUNT', LIKED, first, last) > tonumber(ARGV[4]) then
  redis.call('ZREM', LIKED, redis.call('ZRANGEBYLEX', LIKED, first, last, 'LIMIT', 0, 1)[1])
end
return { 'ok' }
