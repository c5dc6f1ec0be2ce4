-- Counts a failed attempt at a delivery, which is to be made again, and gives the lease back.
-- KEYS: see _delivery.lua. ARGV: holder, room, counter before, the attempt as JSON, most attempts to keep, how
-- often it has failed now, when it is due again (ms), since when the bot is paused (ms; '': it is not), why.
-- Returns whether it was counted, as delivery_done does.
-- uses: delivery
if is_overtaken(ARGV[1], ARGV[2], ARGV[3]) then return { 'ok', 0 } end
redis.call('HSET', TROUBLE, 'tries', ARGV[6], 'due', ARGV[7])
if ARGV[8] ~= '' then redis.call('HSET', TROUBLE, 'paused', ARGV[8], 'why', ARGV[9]) end
note(ARGV[4], ARGV[5])
redis.call('DEL', LEASE)
return { 'ok', 1 }
