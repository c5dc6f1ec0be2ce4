-- Numbers, stores and announces what an occupant says, once per attempt.
-- KEYS: the room's hash, its log, its tickets, its channel, the message stored for the request id, or without
-- one those of the repeated attempts; then, as far as they are needed, the ticket's speaking count and the
-- room's occupants.
-- ARGV: ticket, session, the message's type, time and text as JSON without the first brace, now (ms), most
-- events to keep, the attempt ('' with a request id), how long it or the request is remembered (ms); then, as
-- far as they are needed, whether the attempt was made before (1 or 0), most messages per window (0: any
-- number), window (ms), target occupant.
-- Returns the JSON message and the room's time zone.
-- Errors: invalid_ticket, no_nickname, invalid_parameter, rate_limited.
-- uses: rate
-- uses: attempt
-- No other script runs as often. What others share is written out here, and costs a third less.
local ROOM, LOG, TICKETS, CHANNEL = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local SAID, REPEATED = KEYS[5], KEYS[5]
local SPEAKING, OCCUPANTS = KEYS[6], KEYS[7]
local now, attempt, remembered = ARGV[4], ARGV[6], ARGV[7]
local is_again, target = ARGV[8] == '1', ARGV[11]
local record = redis.call('HGET', TICKETS, ARGV[1])
local session, epoch, voice_at = string.match(
  record or '', '^{"occupant":"[^"]*","session":"([^"]*)","epoch":"([^"]*)"()')
local room = redis.call(
  'HMGET', ROOM, 'epoch', 'counter', 'roster', 'chatters', 'observers', 'timezone', 'repeated')
if session ~= ARGV[2] or epoch ~= room[1] then return { 'error', 'invalid_ticket' } end
local said
if attempt == '' then
  said = redis.call('GET', SAID)
elseif is_again then
  said = made_before(LOG, attempt, now - remembered)
elseif room[7] then
  said = made_by_repetition(ROOM, REPEATED, attempt)
end
if said then return { 'ok', said, room[6] } end

local speaker = string.sub(record, voice_at + 10, -3)
if speaker == '' then return { 'error', 'no_nickname' } end
local to = ''
if target then
  local occupant = redis.call('HGET', OCCUPANTS, target)
  if not occupant then return { 'error', 'invalid_parameter', 'parameter', 'occupant_id' } end
  local user_id = cjson.decode(occupant).user_id
  to = ',"to_occupant_id":"' .. target .. '"' .. (user_id and ',"to_user_id":"' .. user_id .. '"' or '')
end
local refused = SPEAKING and refusal(SPEAKING, ARGV[9], ARGV[10])
if refused then return refused end

-- As text: numbers are written anew, and slowly, wherever they are put into one.
local counter = string.format('%d', room[2] + 1)
local json = '{"id":' .. counter .. to .. ',' .. speaker .. ',' .. ARGV[3]
if attempt == '' then
  redis.call('XADD', LOG, 'MAXLEN', '~', ARGV[5], counter .. '-0', 'event', json)
  redis.call('SET', SAID, json, 'PX', remembered)
else
  redis.call('XADD', LOG, 'MAXLEN', '~', ARGV[5], counter .. '-0', 'event', json, 'attempt', attempt)
end
if not target then
  redis.call('HSET', ROOM, 'counter', counter, 'max_user_message_id', counter, 'active', now)
else
  redis.call('HSET', ROOM, 'counter', counter)
end
if is_again then note_repetition(ROOM, REPEATED, attempt, json, remembered) end
redis.call('SPUBLISH', CHANNEL, '{"counter":' .. counter .. ',"roster":' .. room[3]
  .. ',"size":' .. room[4] + room[5] .. ',"event":' .. json .. '}')
return { 'ok', json, room[6] }
