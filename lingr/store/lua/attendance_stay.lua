-- Notes that sessions are still there.
-- KEYS: the sessions that are there by the time they are let go. ARGV: for each session the session, and when it is
-- let go (ms).
-- Returns those that are not there any more.
local gone = {}
for index = 1, #ARGV, 2 do
  if redis.call('ZSCORE', KEYS[1], ARGV[index]) then
    redis.call('ZADD', KEYS[1], 'GT', ARGV[index + 1], ARGV[index])
  else
    gone[#gone + 1] = ARGV[index]
  end
end
return { 'ok', gone }
