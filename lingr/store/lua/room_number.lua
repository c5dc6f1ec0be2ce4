-- Tells which blocks of message ids belong to which stretches of a room's counter, and gives the next stretches
-- blocks that were leased for them. These are taken only if nobody has been faster: so blocks rise with stretches.
-- KEYS: the room's. ARGV: the epoch and the stretch from which on it is told ('' and 0: all), the first stretch that
-- blocks were leased for ('' for none), how many, the first block, how many stretches before the oldest event
-- are not forgotten, how many numbers a stretch has.
-- Returns the epoch; the first stretch without a block, or the oldest event's if none has one; that of the
-- newest event; the first block not forgotten (0 for none); and what is told: first stretch, how many, first
-- block, a space between. Errors: invalid_room.
-- uses: room
local room = numbers()
if not room then return { 'error', 'invalid_room' } end
local size = tonumber(ARGV[7])
local entry = redis.call('XRANGE', LOG, '-', '+', 'COUNT', 1)[1]
local newest = math.floor(room.counter / size)
-- A log that was brought in may have gaps, and ids are too few to fill them: what is before them has none.
local oldest = math.max(newest - 2 * math.floor(redis.call('XLEN', LOG) / size) - 1, math.floor(
  (entry and tonumber(string.match(entry[1], '^%d+')) or room.counter) / size))

local function read(run)
  local first, many, block = string.match(run or '', '^(%d+) (%d+) (%d+)$')
  if first then return tonumber(first) + tonumber(many), block end
end

local last = read(redis.call('ZREVRANGE', NUMBERS, 0, 0)[1])
if ARGV[3] ~= '' and (not last or last == tonumber(ARGV[3])) then
  redis.call('ZADD', NUMBERS, ARGV[3], ARGV[3] .. ' ' .. ARGV[4] .. ' ' .. ARGV[5])
  last = tonumber(ARGV[3]) + tonumber(ARGV[4])
  local forgotten = oldest - tonumber(ARGV[6])
  while (read(redis.call('ZRANGE', NUMBERS, 0, 0)[1]) or forgotten + 1) <= forgotten do
    redis.call('ZREMRANGEBYRANK', NUMBERS, 0, 0)
  end
end
local _, first_block = read(redis.call('ZRANGE', NUMBERS, 0, 0)[1])
local from = ARGV[1] == room.epoch and ARGV[2] or 0
return {
  'ok', room.epoch, last or oldest, newest, tonumber(first_block or 0),
  redis.call('ZRANGEBYSCORE', NUMBERS, from, '+inf'),
}
