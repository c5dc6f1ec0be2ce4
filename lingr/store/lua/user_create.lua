-- Makes an account, unless its e-mail address or user name is taken, that by a bot even.
-- KEYS: users, emails, usernames, ids of bots in lower case. ARGV: user id, e-mail and user name in lower case,
-- JSON user.
-- Errors: id_unavailable.
if redis.call('HEXISTS', KEYS[2], ARGV[2]) == 1 or redis.call('HEXISTS', KEYS[3], ARGV[3]) == 1
  or redis.call('HEXISTS', KEYS[4], ARGV[3]) == 1 then
  return { 'error', 'id_unavailable' }
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
redis.call('HSET', KEYS[2], ARGV[2], ARGV[1])
redis.call('HSET', KEYS[3], ARGV[3], ARGV[1])
return { 'ok' }
