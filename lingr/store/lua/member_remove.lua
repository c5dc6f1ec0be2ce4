-- Makes a user a member of a room no longer; the room's log tells of it. Where only members may be, it leaves the
-- room: one for members only altogether, and one with a password where it is without a ticket.
-- KEYS: the room's. ARGV: user, the user as the event tells it (JSON), now (ms), most events to keep, the words for
-- the end of a membership, the words for a leaving.
-- Returns whether it was a member, and session and ticket ('' for none) of each occupant let out, in turn.
-- Errors: invalid_room.
-- uses: room
-- uses: member
-- uses: people
-- uses: leave
-- uses: attended
local user, now, most, left = ARGV[1], ARGV[3], ARGV[4], ARGV[6]
if not numbers() then return { 'error', 'invalid_room' } end
local was = redis.call('HDEL', MEMBERS, user)
if was == 1 then tell(user, ARGV[2], 'quit', false, ARGV[5], now, most) end

local out = {}
local at = redis.call('HMGET', ROOM, 'members_only', 'password')
if not (at[1] == '1' or at[2]) or redis.call('HEXISTS', ONLINE, user) == 0 then return { 'ok', was, out } end
local entered = redis.call('HGETALL', ENTERED)
for index = 1, #entered, 2 do
  local session = entered[index]
  local attends = attended_by(session)
  if attends and attends.user_id == user then
    redis.call('HDEL', ENTERED, session)
    take_out(attends, { changed = cjson.encode({ session }) }, now, most, left)
    out[#out + 1] = session
    out[#out + 1] = ''
  elseif not attends and at[1] == '1' then
    for ticket in string.gmatch(entered[index + 1], '%S+') do
      local record = held(ticket, session)
      if record and occupant_of(record).user_id == user then
        leave(ticket, record, now, most, left)
        out[#out + 1] = session
        out[#out + 1] = ticket
      end
    end
  end
end
return { 'ok', was, out }
