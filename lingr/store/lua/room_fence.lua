-- Sees to it that a change of a room that began long ago goes no further.
-- KEYS: the room's hash, its closure. ARGV: how long no room is made with its id if there is none (ms).
-- Returns whether the room is there.
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HDEL', KEYS[1], 'moving')
  return { 'ok', 1 }
end
redis.call('SET', KEYS[2], '', 'NX', 'PX', ARGV[1])
return { 'ok', 0 }
