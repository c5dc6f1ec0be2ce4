-- Tells a user something in private, if it is in the room.
-- KEYS: the room's. ARGV: user id, the event as JSON without the brace that opens it, most events to keep.
-- Returns whether it was told.
-- uses: room
if not numbers() or tonumber(redis.call('HGET', ONLINE, ARGV[1]) or 0) < 1 then return { 'ok', 0 } end
announce({ event = append(ARGV[2], ARGV[3]) })
return { 'ok', 1 }
