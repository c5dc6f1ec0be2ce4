-- Finds rooms whose texts contain all that is looked for: the hottest first, then the newest.
-- KEYS: listed rooms, hot rooms, texts, numbers, places, a place for bits, then the slices that they are in.
-- ARGV: most rooms, where to go on (0 at first), then what is looked for.
-- Returns room ids, and where to go on: '' if all have been looked at.
local LISTED, HOT, TEXTS, NUMBERS, PLACES, BITS = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local FEW, SIFTED, HOTTEST, PAGE, PAGES, AND = 2000, 8000, 250, 250, 8, 'AND'
local MASKS = { 128, 64, 32, 16, 8, 4, 2, 1 }
local most, start, found, is_found = tonumber(ARGV[1]), tonumber(ARGV[2]), {}, {}
redis.call('BITOP', AND, BITS, unpack(KEYS, 7))
local bits, count = redis.call('GET', BITS) or '', redis.call('BITCOUNT', BITS)
redis.call('DEL', BITS)

-- Calls a command with a key and many things, so many at a time as Lua passes.
local function all(command, KEY, things)
  local replies = {}
  for first = 1, #things, 1000 do
    local part = redis.call(command, KEY, unpack(things, first, math.min(first + 999, #things)))
    for _, reply in ipairs(part) do replies[#replies + 1] = reply end
  end
  return replies
end

local function fits(text)
  for needle = 3, #ARGV do
    if not string.find(text, ARGV[needle], 1, true) then return false end
  end
  return true
end

-- Keeps of these rooms, in this order, those that contain it all, until there are enough.
local function keep(ids, enough)
  for first = 1, #ids, 100 do
    local part = { unpack(ids, first, math.min(first + 99, #ids)) }
    for index, text in ipairs(redis.call('HMGET', TEXTS, unpack(part))) do
      if text and #found < enough and not is_found[part[index]] and fits(text) then
        found[#found + 1] = part[index]
        is_found[part[index]] = true
      end
    end
    if #found >= enough then return end
  end
end

local function is_set(number)
  local byte = string.byte(bits, math.floor(number / 8) + 1) or 0
  return bit.band(byte, MASKS[number % 8 + 1]) ~= 0
end

-- Finds all rooms among those whose bits are set, and puts them in order.
local function sift()
  local numbers, ids = {}, {}
  for place, char in string.gmatch(bits, '()([^%z])') do
    local byte, first = string.byte(char), place * 8 - 9
    for index, mask in ipairs(MASKS) do
      if bit.band(byte, mask) ~= 0 then numbers[#numbers + 1] = first + index end
    end
  end
  for _, id in ipairs(all('HMGET', PLACES, numbers)) do
    if id then ids[#ids + 1] = id end
  end
  keep(ids, #ids)
  local heat, age = {}, {}
  local hot, created = all('ZMSCORE', HOT, found), all('ZMSCORE', LISTED, found)
  for index, id in ipairs(found) do
    heat[id], age[id] = tonumber(hot[index] or '-inf') or -math.huge, tonumber(created[index] or 0)
  end
  table.sort(found, function(one, other)
    if heat[one] ~= heat[other] then return heat[one] > heat[other] end
    if age[one] ~= age[other] then return age[one] > age[other] end
    return one < other
  end)
  return { unpack(found, 1, math.min(#found, most)) }
end

-- Who goes on has seen that most of those whose bits are set do not contain it.
if count <= (start == 0 and FEW or SIFTED) then return { 'ok', sift(), '' } end
if start == 0 then keep(redis.call('ZREVRANGE', HOT, 0, HOTTEST - 1), most) end
for _ = 1, PAGES do
  local page, candidates = redis.call('ZREVRANGE', LISTED, start, start + PAGE - 1), {}
  for index, number in ipairs(all('HMGET', NUMBERS, page)) do
    if number and is_set(tonumber(number)) then candidates[#candidates + 1] = page[index] end
  end
  keep(candidates, most)
  if #page < PAGE then return { 'ok', found, '' } end
  start = start + PAGE
  if #found >= most then break end
end
return { 'ok', found, start }
