-- Gives back a public id that a room took.
-- KEYS: the room that has moved to it. ARGV: the room that gives it back, the change that took it ('' for any).
local room, change = string.match(redis.call('GET', KEYS[1]) or '', '^(%S+) (%S+)$')
if room == ARGV[1] and (ARGV[2] == '' or ARGV[2] == change) then redis.call('DEL', KEYS[1]) end
return { 'ok' }
