-- Lets out the occupants whose tickets were last polled at or before a given time, at most 100 of them.
-- KEYS: the room's. ARGV: that time (ms), now (ms), most events to keep, the words for a leaving.
-- Returns of each who left the session, the ticket, the user ('' for nobody) and whether the session is still
-- here, in turn; the time the longest silent one that stays was last seen, or '' if nobody has a ticket; and
-- whether anybody is in the room.
-- uses: room
-- uses: people
-- uses: leave
local left = {}
local silent = redis.call('ZRANGEBYSCORE', SEEN, '-inf', ARGV[1], 'LIMIT', 0, 100)
for _, ticket in ipairs(silent) do
  local json = redis.call('HGET', TICKETS, ticket)
  if json then
    local record = record_of(json)
    local user_id, stays = leave(ticket, record, ARGV[2], ARGV[3], ARGV[4])
    for _, one in ipairs({ record.session, ticket, user_id, tostring(stays) }) do left[#left + 1] = one end
  else
    redis.call('ZREM', SEEN, ticket)
  end
end
local oldest = redis.call('ZRANGE', SEEN, 0, 0, 'WITHSCORES')
return { 'ok', left, oldest[2] or '', redis.call('EXISTS', OCCUPANTS) }
