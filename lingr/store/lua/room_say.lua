-- Numbers, stores and announces what an occupant says, once per request id.
-- KEYS: the room's, then the request's stored message, then the ticket's speaking count.
-- ARGV: ticket, session, the message's type, time and text as JSON without the first brace, target
-- occupant ('' for everybody), now (ms), most events to keep, how long to remember the request (ms), most
-- messages per window (0: any number), window (ms).
-- Returns the JSON message and the room's time zone.
-- Errors: invalid_ticket, no_nickname, invalid_parameter, rate_limited.
-- uses: rate
-- No other script runs as often. What others share is written out here, and costs a third less.
local ROOM, LOG, OCCUPANTS, TICKETS, CHANNEL = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[9]
local SAID, SPEAKING = KEYS[10], KEYS[11]
local target = ARGV[4]
local record = redis.call('HGET', TICKETS, ARGV[1])
local id, session, epoch = string.match(
  record or '', '^{"occupant":"([^"]*)","session":"([^"]*)","epoch":"([^"]*)"}$')
local room = redis.call('HMGET', ROOM, 'epoch', 'counter', 'roster', 'chatters', 'observers', 'timezone')
if session ~= ARGV[2] or epoch ~= room[1] then return { 'error', 'invalid_ticket' } end
local zone = room[6]
local stored = redis.call('GET', SAID)
if stored then return { 'ok', stored, zone } end

-- What is left of the occupant are the fields of its events.
local speaker = cjson.decode(redis.call('HGET', OCCUPANTS, id))
if not speaker.nickname then return { 'error', 'no_nickname' } end
speaker.occupant_id, speaker.id, speaker.place, speaker.description = id, nil, nil, nil
if target ~= '' then
  local json = redis.call('HGET', OCCUPANTS, target)
  if not json then return { 'error', 'invalid_parameter', 'parameter', 'occupant_id' } end
  speaker.to_occupant_id = target
  speaker.to_user_id = cjson.decode(json).user_id
end
local refused = refusal(SPEAKING, ARGV[8], ARGV[9])
if refused then return refused end

local counter = room[2] + 1
local json = '{"id":' .. counter .. ',' .. string.sub(cjson.encode(speaker), 2, -2) .. ',' .. ARGV[3]
redis.call('XADD', LOG, 'MAXLEN', '~', ARGV[6], counter .. '-0', 'event', json)
if target == '' then
  redis.call('HSET', ROOM, 'counter', counter, 'max_user_message_id', counter, 'active', ARGV[5])
else
  redis.call('HSET', ROOM, 'counter', counter)
end
redis.call('SET', SAID, json, 'PX', ARGV[7])
redis.call('SPUBLISH', CHANNEL, '{"counter":' .. counter .. ',"roster":' .. room[3]
  .. ',"size":' .. room[4] + room[5] .. ',"event":' .. json .. '}')
return { 'ok', json, zone }
