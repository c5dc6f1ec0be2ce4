-- Finds where in a room's log a time begins, by looking at some twenty entries.
-- Clocks of several machines differ, so that times do not quite rise with the numbers. What is found has
-- this time or a later one, and what stands right before it an earlier one.
-- KEYS: the log. ARGV: for each place sought, a time (ms).
-- Returns the numbers of the first entry and of the one to come after the last (0 and 0 for an empty log),
-- then the number found for each time: the latter of the two where all entries are earlier.
local LOG = KEYS[1]
local function number_of(entry)
  return tonumber(string.match(entry[1], '^%d+'))
end

local oldest = redis.call('XRANGE', LOG, '-', '+', 'COUNT', 1)[1]
if not oldest then return { 'ok', 0, 0 } end
local first = number_of(oldest)
local beyond = number_of(redis.call('XREVRANGE', LOG, '+', '-', 'COUNT', 1)[1]) + 1

-- A quotation mark inside a text has a backslash before it: this is the field, and nothing said.
local function time_of(entry)
  return tonumber(string.match(entry[2][2], '"timestamp":(%d+)'))
end

local found = { 'ok', first, beyond }
for index, time in ipairs(ARGV) do
  local low, high = first, beyond
  while low < high do
    local middle = math.floor((low + high) / 2)
    local entry = redis.call('XRANGE', LOG, middle .. '-0', '+', 'COUNT', 1)[1]
    if time_of(entry) < tonumber(time) then
      low = number_of(entry) + 1
    else
      high = middle
    end
  end
  found[index + 3] = low
end
return found
