-- Looks for messages in a room's log, from the newest on or from where it ended before, and passes over who
-- comes and goes. What it finds is to be looked at once more: it reads no JSON, and passes over nothing else.
-- KEYS: the log. ARGV: a number that those of all events looked at are below ('' for none), most messages, most
-- events to look at.
-- Returns the number of the last event looked at (0: nothing is before it), and the JSON of what was found, the
-- newest first.
local LOG = KEYS[1]
local most, left = tonumber(ARGV[2]), tonumber(ARGV[3])
local from, last, found = ARGV[1] == '' and '+' or '(' .. ARGV[1] .. '-0', 0, {}

-- A quotation mark inside a text has a backslash before it: this is the field, and nothing said.
local function is_passed_over(event)
  local kind = string.match(event, '"type":"(%l+)')
  return kind == 'system' or kind == 'presence' or kind == 'membership'
end

-- The engine knows of nothing before 0.
if ARGV[1] == '0' then return { 'ok', 0, found } end
while left > 0 do
  local many = math.min(left, 100)
  local entries = redis.call('XREVRANGE', LOG, from, '-', 'COUNT', many)
  for _, entry in ipairs(entries) do
    if not is_passed_over(entry[2][2]) then
      found[#found + 1] = entry[2][2]
      if #found == most then return { 'ok', tonumber(string.match(entry[1], '^%d+')), found } end
    end
  end
  if #entries < many then return { 'ok', 0, found } end
  left = left - many
  last = tonumber(string.match(entries[many][1], '^%d+'))
  from = '(' .. entries[many][1]
end
return { 'ok', last, found }
