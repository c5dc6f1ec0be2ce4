-- Moves a bot on in a room: everything up to there has been dealt with.
-- KEYS: see _delivery.lua. ARGV: holder, how long the lease lasts from now on (ms; 0: it is given back), room,
-- counter before, counter now, the attempt as JSON ('' if nothing was sent), most attempts to keep.
-- Returns whether it was moved: it is not once somebody else has taken over, or the bot has left the room.
-- uses: delivery
if is_overtaken(ARGV[1], ARGV[3], ARGV[4]) then return { 'ok', 0 } end
redis.call('HSET', CURSORS, ARGV[3], ARGV[5])
if ARGV[6] ~= '' then redis.call('HDEL', TROUBLE, 'tries', 'due') end
note(ARGV[6], ARGV[7])
hold(ARGV[1], ARGV[2])
return { 'ok', 1 }
