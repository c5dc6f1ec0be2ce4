-- The JSON of the oldest events from a number on, at most so many; none if the number is ''.
local function events(first, most)
  local found = {}
  if first == '' then return found end
  for _, entry in ipairs(redis.call('XRANGE', LOG, first .. '-0', '+', 'COUNT', most)) do
    found[#found + 1] = entry[2][2]
  end
  return found
end
