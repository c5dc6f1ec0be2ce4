-- Notes that the profile is another one: always, or unless it bears the mark given already.
-- KEYS: the user's. ARGV: the mark, or ''.
-- uses: user
if ARGV[1] ~= '' then
  if redis.call('HGET', USER, 'profile') == ARGV[1] then return { 'ok' } end
  redis.call('HSET', USER, 'profile', ARGV[1])
end
change()
return { 'ok' }
