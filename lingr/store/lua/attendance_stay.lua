-- Notes that sessions are still there.
-- KEYS: the sessions that are there by the time they are let go, the stint of each. ARGV: for each session the
-- session, and when it is let go (ms).
-- Returns those that must come again: they are not there, or whoever had them come was cut off.
local gone = {}
for index = 1, #ARGV, 2 do
  local stint = redis.call('HGET', KEYS[2], ARGV[index])
  if stint then redis.call('ZADD', KEYS[1], 'GT', ARGV[index + 1], ARGV[index]) end
  if not stint or string.find(stint, ' ', 1, true) then gone[#gone + 1] = ARGV[index] end
end
return { 'ok', gone }
