-- Numbers, stores and announces what an occupant says, once per attempt.
-- KEYS: the room's hash, its log, its tickets, its channel, its occupants, the ticket's speaking count, then
-- the message stored for the request id, or without one those of the repeated attempts.
-- ARGV: ticket, session, the message's type, time and text as JSON without the first brace, now (ms), most
-- events to keep, the attempt ('' with a request id), whether it was made before (1 or 0), how long an
-- attempt or request is remembered (ms), target occupant ('' for everybody), most messages per window (0: any
-- number), window (ms).
-- Returns the JSON message and the room's time zone.
-- Errors: invalid_ticket, no_nickname, invalid_parameter, rate_limited.
-- uses: rate
-- uses: attempt
-- No other script runs as often. What others share is written out here, and costs a third less.
local ROOM, LOG, TICKETS, CHANNEL, OCCUPANTS = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local SPEAKING, SAID, REPEATED = KEYS[6], KEYS[7], KEYS[7]
local now, attempt, target = ARGV[4], ARGV[6], ARGV[9]
local record = redis.call('HGET', TICKETS, ARGV[1])
local session, epoch, voice_at = string.match(
  record or '', '^{"occupant":"[^"]*","session":"([^"]*)","epoch":"([^"]*)"()')
local room = redis.call(
  'HMGET', ROOM, 'epoch', 'counter', 'roster', 'chatters', 'observers', 'timezone', 'repeated')
if session ~= ARGV[2] or epoch ~= room[1] then return { 'error', 'invalid_ticket' } end
local said
if attempt == '' then
  said = redis.call('GET', SAID)
elseif ARGV[7] == '1' then
  said = made_before(LOG, attempt, now - ARGV[8])
elseif room[7] then
  said = made_by_repetition(ROOM, REPEATED, attempt)
end
if said then return { 'ok', said, room[6] } end

local speaker = string.sub(record, voice_at + 10, -3)
if speaker == '' then return { 'error', 'no_nickname' } end
local to = ''
if target ~= '' then
  local occupant = redis.call('HGET', OCCUPANTS, target)
  if not occupant then return { 'error', 'invalid_parameter', 'parameter', 'occupant_id' } end
  local user_id = cjson.decode(occupant).user_id
  to = ',"to_occupant_id":"' .. target .. '"' .. (user_id and ',"to_user_id":"' .. user_id .. '"' or '')
end
local refused = refusal(SPEAKING, ARGV[10], ARGV[11])
if refused then return refused end

-- As text: numbers are written anew, and slowly, wherever they are put into one.
local counter = string.format('%d', room[2] + 1)
local json = '{"id":' .. counter .. to .. ',' .. speaker .. ',' .. ARGV[3]
if attempt == '' then
  redis.call('XADD', LOG, 'MAXLEN', '~', ARGV[5], counter .. '-0', 'event', json)
  redis.call('SET', SAID, json, 'PX', ARGV[8])
else
  redis.call('XADD', LOG, 'MAXLEN', '~', ARGV[5], counter .. '-0', 'event', json, 'attempt', attempt)
end
if target == '' then
  redis.call('HSET', ROOM, 'counter', counter, 'max_user_message_id', counter, 'active', now)
else
  redis.call('HSET', ROOM, 'counter', counter)
end
if ARGV[7] == '1' then note_repetition(ROOM, REPEATED, attempt, json, ARGV[8]) end
redis.call('SPUBLISH', CHANNEL, '{"counter":' .. counter .. ',"roster":' .. room[3]
  .. ',"size":' .. room[4] + room[5] .. ',"event":' .. json .. '}')
return { 'ok', json, room[6] }
