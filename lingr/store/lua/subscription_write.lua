-- Writes down where a session stands, unless that was done by somebody else in between.
-- KEYS: the session, its subscriptions, its passages. ARGV: lifetime (ms), the version that was read ('' if there
-- was none), the number it stands at now, the last one it is known to have been told, whether former passages are
-- forgotten (1 or 0), most passages to keep,
-- the passage by which it came there ('' for none), how many rooms are no longer subscribed, these, then room and
-- position pairs.
-- Returns the new version, or '' if nothing was written. Errors: invalid_session.
if redis.call('EXISTS', KEYS[1]) == 0 then return { 'error', 'invalid_session' } end
if (redis.call('HGET', KEYS[2], '.version') or '') ~= ARGV[2] then return { 'ok', '' } end
local removed = tonumber(ARGV[8])
if ARGV[5] == '1' then
  redis.call('DEL', KEYS[3])
  redis.call('HDEL', KEYS[2], '.sent')
end
if ARGV[7] ~= '' then
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[6], '*', 'passage', ARGV[7])
  redis.call('PEXPIRE', KEYS[3], ARGV[1])
end
if removed > 0 then redis.call('HDEL', KEYS[2], unpack(ARGV, 9, 8 + removed)) end
local version = redis.call('HINCRBY', KEYS[2], '.version', 1)
redis.call('HSET', KEYS[2], '.number', ARGV[3], '.told', ARGV[4], unpack(ARGV, 9 + removed))
redis.call('PEXPIRE', KEYS[2], ARGV[1])
return { 'ok', tostring(version) }
