-- Takes a lease that nobody has, or keeps one's own.
-- KEYS: the lease. ARGV: holder, how long it lasts (ms).
-- Returns whether the holder has it.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return { 'ok', 1 }
end
return { 'ok', redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0 }
