-- What scripts of the index share.

-- Whether the records of a segment ('' for none) tell the same. Another version may write the same otherwise.
local function is_same(one, other)
  if one == other then return true end
  if one == '' or other == '' then return false end
  local first, second = cjson.decode(one), cjson.decode(other)
  for _, name in ipairs({ 'key', 'size', 'packed', 'dropped' }) do
    if first[name] ~= second[name] then return false end
  end
  return true
end
