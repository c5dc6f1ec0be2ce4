-- Tells what is known of a room, and counts the asking. Of a room with a password only who hands in the
-- hash of it hears more than that hash; of one for members only they do besides, and without a password nobody else.
-- KEYS: the room's, then the count of the asker's calls. ARGV: hash of the password ('' for none), most
-- occupants to list, most calls per window (0: any number), window (ms), the counter of the first event
-- wanted ('' for none), most events, the id it has moved to ('' if it has not), the asker's user ('' for nobody).
-- Returns the hash of the password that is to be checked first and whether the room is for members only; or else
-- '' and 0, and then the room's hash, the occupants listed as JSON, the events' JSON, and the id of the oldest event
-- there is ('' without any).
-- Errors: invalid_room, rate_limited.
-- uses: room
-- uses: roster
-- uses: rate
-- uses: events
-- uses: admission
local room = numbers()
if not room then return { 'error', 'invalid_room' } end
local at = redis.call('HMGET', ROOM, 'moved_to', 'password', 'members_only')
if (at[1] or '') ~= ARGV[7] then return { 'error', 'invalid_room' } end
local password = at[2] or ''
local closed = at[3] == '1'
if not (closed and is_member(ARGV[8])) and (password ~= ARGV[1] or closed and password == '') then
  return { 'ok', password, closed and 1 or 0 }
end
local refused = refusal(KEYS[14], ARGV[3], ARGV[4])
if refused then return refused end
local oldest = redis.call('XRANGE', LOG, '-', '+', 'COUNT', 1)[1]
return {
  'ok', '', 0, redis.call('HGETALL', ROOM), listed(tonumber(ARGV[2])), events(ARGV[5], ARGV[6]),
  oldest and oldest[1] or '',
}
