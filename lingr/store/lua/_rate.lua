-- Counts a call in a window that begins with the first one: at most so many (0: any number) within so
-- many milliseconds. Returns the refusal of one too many, or nil.
local function refusal(CALLS, most, window)
  if most == '0' then return nil end
  local times = redis.call('INCR', CALLS)
  if times == 1 then redis.call('PEXPIRE', CALLS, window) end
  if times <= tonumber(most) then return nil end
  local seconds = math.ceil(redis.call('PTTL', CALLS) / 1000)
  return { 'error', 'rate_limited', 'seconds', tostring(math.max(seconds, 1)) }
end
