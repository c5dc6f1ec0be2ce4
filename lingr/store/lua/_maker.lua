-- Makes a room's hash and its members, of how many members there are, ARGV from `first` on, user and JSON of each,
-- and then field and value pairs.
local function make(first)
  local pairs_from = first + 1 + 2 * tonumber(ARGV[first])
  for index = first + 1, pairs_from - 1, 2 do redis.call('HSET', MEMBERS, ARGV[index], ARGV[index + 1]) end
  redis.call('HSET', ROOM, 'chatters', 0, 'observers', 0, 'places', 0, unpack(ARGV, pairs_from))
end
