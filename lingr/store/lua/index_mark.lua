-- Gives a segment of the index another record, or none, unless it has changed since it was looked at.
-- KEYS: the index's segments. ARGV: segment, its record as it was and as it is to be ('' for none).
-- Returns whether it was done.
-- uses: segment
if not is_same(redis.call('HGET', KEYS[1], ARGV[1]) or '', ARGV[2]) then return { 'ok', 0 } end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
return { 'ok', 1 }
