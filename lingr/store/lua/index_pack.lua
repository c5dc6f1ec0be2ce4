-- Writes strings anew that nothing will be appended to any more, which takes half of their memory.
-- KEYS: the strings; those that are not there are passed over.
for _, key in ipairs(KEYS) do
  local value = redis.call('GET', key)
  if value then redis.call('SET', key, value) end
end
return { 'ok' }
