-- Takes a public id for a room that was made with another one. To take what the room has already is no fault, and
-- makes it the later change's.
-- KEYS: the hash of the room made with that id, the room that has moved to it. ARGV: the room, the change.
-- Errors: id_unavailable.
local other = string.match(redis.call('GET', KEYS[2]) or '', '^%S+')
if other and other ~= ARGV[1] then return { 'error', 'id_unavailable' } end
if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('HEXISTS', KEYS[1], 'moved_to') == 0 then
  return { 'error', 'id_unavailable' }
end
redis.call('SET', KEYS[2], ARGV[1] .. ' ' .. ARGV[2])
return { 'ok' }
