-- Numbers, stores and announces what an occupant says, once per request id.
-- KEYS: the room's, then the request's stored message, then the ticket's speaking count.
-- ARGV: ticket, session, text, target occupant ('' for everybody), now (ms), most events to keep,
-- how long to remember the request (ms), most messages per window (0: any number), window (ms).
-- Returns the JSON message and the room's time zone.
-- Errors: invalid_ticket, no_nickname, invalid_parameter, rate_limited.
-- uses: room
local SAID, SPEAKING = KEYS[9], KEYS[10]
local ticket, target, now = ARGV[1], ARGV[4], ARGV[5]
local record = held(ticket, ARGV[2])
if not record then return { 'error', 'invalid_ticket' } end
local zone = redis.call('HGET', ROOM, 'timezone')
local stored = redis.call('GET', SAID)
if stored then return { 'ok', stored, zone } end
local occupant = occupant_of(record)
if not occupant.nickname then return { 'error', 'no_nickname' } end

local event = event_of(occupant, 'user', now, ARGV[3])
if target ~= '' then
  local json = redis.call('HGET', OCCUPANTS, target)
  if not json then return { 'error', 'invalid_parameter', 'parameter', 'occupant_id' } end
  event.type = 'private'
  event.to_occupant_id = target
  event.to_user_id = cjson.decode(json).user_id
end

local limit = tonumber(ARGV[8])
if limit > 0 then
  local times = redis.call('INCR', SPEAKING)
  if times == 1 then redis.call('PEXPIRE', SPEAKING, ARGV[9]) end
  if times > limit then return { 'error', 'rate_limited' } end
end

local json = append(event, ARGV[6])
if event.type == 'user' then
  redis.call('HSET', ROOM, 'max_user_message_id', event.id, 'active', now)
end
redis.call('SET', SAID, json, 'PX', ARGV[7])
announce({ event = json })
return { 'ok', json, zone }
