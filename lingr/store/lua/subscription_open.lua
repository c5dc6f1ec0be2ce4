-- Finds a session and what it is subscribed to; that it was asked for keeps both alive.
-- KEYS: the session, its subscriptions, its passages. ARGV: lifetime (ms), the process that serves its polls from now
-- on ('' if it stays as it is), a number that it is known to have been told and the one it was last sent ('' if it is
-- not known to this process).
-- Returns the session's hash and that of its subscriptions. Errors: invalid_session.
-- uses: told
if redis.call('PEXPIRE', KEYS[1], ARGV[1]) == 0 then return { 'error', 'invalid_session' } end
note_told(KEYS[2], ARGV[3], ARGV[4])
if redis.call('PEXPIRE', KEYS[2], ARGV[1]) == 1 and ARGV[2] ~= '' then
  redis.call('HSET', KEYS[2], '.process', ARGV[2])
end
redis.call('PEXPIRE', KEYS[3], ARGV[1])
return { 'ok', redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[2]) }
