-- Finds rooms whose texts contain all that is looked for: the hottest first, then the newest.
-- KEYS: listed rooms, hot rooms, texts, numbers, places, a place for bits, then the slices that they are in.
-- ARGV: most rooms, below which number to go on (-1 at first), then what is looked for.
-- Returns ids of hot rooms, ids of others, and below which number to go on: '' if all have been looked at.
local LISTED, HOT, TEXTS, NUMBERS, PLACES, BITS = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local FEW, HOTTEST, NEWEST, LOOKS, AT_ONCE, AND = 300, 300, 200, 400, 50, 'AND'
local MASKS = { 128, 64, 32, 16, 8, 4, 2, 1 }
local most, start, hot, others, is_known, looks = tonumber(ARGV[1]), tonumber(ARGV[2]), {}, {}, {}, 0
-- The bits are nobody else's: neither replicas nor the append-only file are to have them.
redis.set_repl(redis.REPL_NONE)
redis.call('BITOP', AND, BITS, unpack(KEYS, 7))
local bits, count = redis.call('GET', BITS) or '', redis.call('BITCOUNT', BITS)
redis.call('DEL', BITS)
redis.set_repl(redis.REPL_ALL)
local backwards = string.reverse(bits)

local function fits(text)
  for needle = 3, #ARGV do
    if not string.find(text, ARGV[needle], 1, true) then return false end
  end
  return true
end

-- Adds those of these rooms that contain it all, until there are enough; returns whether there are.
local function keep(ids, found, enough)
  local unknown = {}
  for _, id in ipairs(ids) do
    if not is_known[id] then unknown[#unknown + 1], is_known[id] = id, true end
  end
  looks = looks + #unknown
  for first = 1, #unknown, AT_ONCE do
    local part = { unpack(unknown, first, math.min(first + AT_ONCE - 1, #unknown)) }
    for index, text in ipairs(redis.call('HMGET', TEXTS, unpack(part))) do
      if text and fits(text) then
        found[#found + 1] = part[index]
        if #hot + #others >= enough then return true end
      end
    end
  end
  return false
end

-- The rooms whose bits are set, of those whose numbers are given.
local function with_bits(ids)
  local candidates = {}
  if #ids == 0 then return candidates end
  for index, number in ipairs(redis.call('HMGET', NUMBERS, unpack(ids))) do
    local byte = number and string.byte(bits, math.floor(number / 8) + 1) or 0
    if byte ~= 0 and bit.band(byte, MASKS[number % 8 + 1]) ~= 0 then
      candidates[#candidates + 1] = ids[index]
    end
  end
  return candidates
end

-- So many numbers below a limit whose bits are set, the greatest first, and the last of them, or 0 when there
-- are no more.
local function numbers_below(limit, many)
  local found = {}
  local at = math.max(#bits - math.floor((limit - 1) / 8), 1)
  while true do
    at = string.find(backwards, '[^%z]', at)
    if not at then return found, 0 end
    local byte, first = string.byte(backwards, at), (#bits - at) * 8
    for index = 8, 1, -1 do
      local number = first + index - 1
      if number < limit and bit.band(byte, MASKS[index]) ~= 0 then
        found[#found + 1] = number
        if #found == many then return found, number end
      end
    end
    at = at + 1
  end
end

local function at_places(numbers)
  local ids = {}
  if #numbers == 0 then return ids end
  for _, id in ipairs(redis.call('HMGET', PLACES, unpack(numbers))) do
    if id then ids[#ids + 1] = id end
  end
  return ids
end

-- Finds all rooms, if few come into question, and puts them in order.
local function sift()
  local ids = at_places(numbers_below(#bits * 8, FEW))
  keep(ids, others, FEW + 1)
  if #others == 0 then return end
  local heat, age, cold = {}, {}, {}
  local hot_at = redis.call('ZMSCORE', HOT, unpack(others))
  local created = redis.call('ZMSCORE', LISTED, unpack(others))
  for index, id in ipairs(others) do
    heat[id], age[id] = tonumber(hot_at[index] or nil), tonumber(created[index] or 0)
    local list = heat[id] and hot or cold
    list[#list + 1] = id
  end
  table.sort(hot, function(one, other) return heat[one] > heat[other] end)
  table.sort(cold, function(one, other)
    if age[one] ~= age[other] then return age[one] > age[other] end
    return one < other
  end)
  hot = { unpack(hot, 1, math.min(#hot, most)) }
  others = { unpack(cold, 1, math.min(#cold, most - #hot)) }
end

if count <= FEW and start < 0 then
  sift()
  return { 'ok', hot, others, '' }
end
if start < 0 then
  start = #bits * 8
  local is_enough = keep(with_bits(redis.call('ZREVRANGE', HOT, 0, HOTTEST - 1)), hot, most)
    or keep(with_bits(redis.call('ZREVRANGE', LISTED, 0, NEWEST - 1)), others, most)
  if is_enough then return { 'ok', hot, others, start } end
end
-- Rooms have risen in number as they were made, but for those that have taken the place of another.
while start > 0 and looks < LOOKS do
  local numbers
  numbers, start = numbers_below(start, AT_ONCE)
  if keep(at_places(numbers), others, most) then
    start = tonumber(redis.call('HGET', NUMBERS, others[#others]))
    break
  end
end
return { 'ok', hot, others, start > 0 and start or '' }
