-- Makes a user a member of a room, or an owner of it, or an owner no longer; the room's log tells of it. Whose room
-- it is, is always an owner.
-- KEYS: the room's. ARGV: user, the user as the event tells it (JSON), whether it is an owner then ('1', '0', or ''
-- to leave that as it is), now (ms), most events to keep, the words for a joining, for becoming an owner, and for
-- being one no longer.
-- Returns whether anything changed. Errors: invalid_room.
-- uses: room
-- uses: member
local user, now = ARGV[1], ARGV[4]
if not numbers() then return { 'error', 'invalid_room' } end
local json = redis.call('HGET', MEMBERS, user)
local member = json and cjson.decode(json) or { owner = false, since = tonumber(now), seen = 0 }
local owner = member.owner
if ARGV[3] ~= '' then owner = ARGV[3] == '1' end
if redis.call('HGET', ROOM, 'owner_id') == user then owner = true end
if json and owner == member.owner then return { 'ok', 0 } end
member.owner = owner
redis.call('HSET', MEMBERS, user, cjson.encode(member))
if json then
  tell(user, ARGV[2], 'owner', owner, owner and ARGV[7] or ARGV[8], now, ARGV[5])
else
  tell(user, ARGV[2], 'join', owner, ARGV[6], now, ARGV[5])
end
return { 'ok', 1 }
