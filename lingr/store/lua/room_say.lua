-- Numbers, stores and announces what an occupant says, once per request id.
-- KEYS: the room's, then the request's stored message, then the ticket's speaking count.
-- ARGV: ticket, session, the message's type, time and text as JSON, target occupant ('' for everybody),
-- now (ms), most events to keep, how long to remember the request (ms), most messages per window
-- (0: any number), window (ms).
-- Returns the JSON message and the room's time zone.
-- Errors: invalid_ticket, no_nickname, invalid_parameter, rate_limited.
-- uses: room
-- uses: rate
local SAID, SPEAKING = KEYS[10], KEYS[11]
local target = ARGV[4]
local record = held(ARGV[1], ARGV[2])
if not record then return { 'error', 'invalid_ticket' } end
local stored = redis.call('GET', SAID)
if stored then return { 'ok', stored, numbers().zone } end
local occupant = occupant_of(record)
if not occupant.nickname then return { 'error', 'no_nickname' } end

local speaker = {
  occupant_id = occupant.id, user_id = occupant.user_id, nickname = occupant.nickname,
  source = occupant.source, client_type = occupant.client_type,
}
if target ~= '' then
  local json = redis.call('HGET', OCCUPANTS, target)
  if not json then return { 'error', 'invalid_parameter', 'parameter', 'occupant_id' } end
  speaker.to_occupant_id = target
  speaker.to_user_id = cjson.decode(json).user_id
end
local refused = refusal(SPEAKING, ARGV[8], ARGV[9])
if refused then return refused end

local event = string.sub(cjson.encode(speaker), 1, -2) .. ',' .. string.sub(ARGV[3], 2)
local json = append(event, ARGV[6])
if target == '' then
  set('max_user_message_id', numbers().counter)
  set('active', ARGV[5])
end
redis.call('SET', SAID, json, 'PX', ARGV[7])
announce({ event = json })
return { 'ok', json, numbers().zone }
