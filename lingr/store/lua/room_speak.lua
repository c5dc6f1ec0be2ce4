-- Says something to all, for who has no ticket: a user, or a bot that is in the room. Once per name.
-- KEYS: the room's, then how often this speaker has spoken here, and what was said under this name. ARGV: the bot
-- ('' for a user), the speech as JSON without the brace that opens it, now (ms), most events to keep, how long a
-- name is remembered (ms), most messages per window (0: any number), window (ms).
-- Returns the JSON message and how many are in the room. Errors: invalid_room, bot_not_here, rate_limited.
-- uses: room
-- uses: rate
-- uses: speak
local SPEAKING, SAID = KEYS[14], KEYS[15]
if not numbers() then return { 'error', 'invalid_room' } end
if ARGV[1] ~= '' and redis.call('SISMEMBER', BOTS, ARGV[1]) == 0 then return { 'error', 'bot_not_here' } end
local said = redis.call('GET', SAID)
if said then return { 'ok', said, present() } end
local refused = refusal(SPEAKING, ARGV[6], ARGV[7])
if refused then return refused end
local json = spoken(ARGV[2], ARGV[3], ARGV[4])
redis.call('SET', SAID, json, 'PX', ARGV[5])
return { 'ok', json, present() }
