-- Notes that a session has come into all rooms that it was to come into.
-- KEYS: the stint of each session. ARGV: session, stint, the id of what is done.
-- Returns whether the stint is still on.
local stint, begun = string.match(redis.call('HGET', KEYS[1], ARGV[1]) or '', '^(%S+) ?(%S*)$')
if stint ~= ARGV[2] then return { 'ok', 0 } end
-- If somebody has begun to have it come into others, these are still to be waited for.
if begun == ARGV[3] then redis.call('HSET', KEYS[1], ARGV[1], stint) end
return { 'ok', 1 }
