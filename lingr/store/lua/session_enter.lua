-- Finds a session and keeps it alive, counts an entrance, and notes the ticket that it is about to enter
-- a room with.
-- KEYS: the session, its tickets, the count of its entrances. ARGV: lifetime (ms), ticket, most entrances
-- per window (0: any number), window (ms).
-- Returns the session's hash. Errors: invalid_session, rate_limited.
-- uses: rate
if redis.call('PEXPIRE', KEYS[1], ARGV[1]) == 0 then return { 'error', 'invalid_session' } end
local refused
-- A ticket that is noted already was counted as well.
if redis.call('SADD', KEYS[2], ARGV[2]) == 1 then
  refused = refusal(KEYS[3], ARGV[3], ARGV[4])
  if refused then redis.call('SREM', KEYS[2], ARGV[2]) end
end
redis.call('PEXPIRE', KEYS[2], ARGV[1])
return refused or { 'ok', redis.call('HGETALL', KEYS[1]) }
