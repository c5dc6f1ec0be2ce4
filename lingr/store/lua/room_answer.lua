-- Says what a bot answered when something was delivered to it, once per delivery.
-- KEYS: the room's, then the last deliveries that the bot answered here. ARGV: the bot, the delivery, the speech as
-- JSON without the brace that opens it, now (ms), most events to keep, how many deliveries are remembered, for how
-- long (ms).
-- Returns the JSON message ('' if it was said before) and how many are in the room. Errors: invalid_room,
-- bot_not_here.
-- uses: room
-- uses: speak
local ANSWERED = KEYS[14]
if not numbers() then return { 'error', 'invalid_room' } end
if redis.call('LPOS', ANSWERED, ARGV[2]) then return { 'ok', '', present() } end
if redis.call('SISMEMBER', BOTS, ARGV[1]) == 0 then return { 'error', 'bot_not_here' } end
local json = spoken(ARGV[3], ARGV[4], ARGV[5])
redis.call('LPUSH', ANSWERED, ARGV[2])
redis.call('LTRIM', ANSWERED, 0, ARGV[6] - 1)
redis.call('PEXPIRE', ANSWERED, ARGV[7])
return { 'ok', json, present() }
