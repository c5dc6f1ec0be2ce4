-- Has every process look again at what it knows of a session that hears the room.
-- KEYS: the room's. ARGV: the session.
-- uses: room
if numbers() then announce({ changed = cjson.encode({ ARGV[1] }) }) end
return { 'ok' }
