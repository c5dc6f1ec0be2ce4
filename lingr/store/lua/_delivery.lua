-- What scripts of deliveries share.
-- KEYS: the bot's lease, its cursors, its trouble, its attempts.
local LEASE, CURSORS, TROUBLE, ATTEMPTS = KEYS[1], KEYS[2], KEYS[3], KEYS[4]

-- Whether somebody else delivers to the bot, or has delivered this already.
local function is_overtaken(holder, room, from)
  local lease = redis.call('GET', LEASE)
  return lease and lease ~= holder or redis.call('HGET', CURSORS, room) ~= from
end

-- Writes down an attempt, if there was one.
local function note(attempt, most)
  if attempt ~= '' then redis.call('XADD', ATTEMPTS, 'MAXLEN', '~', most, '*', 'attempt', attempt) end
end

-- Keeps the lease, or gives it back if it is for no time.
local function hold(holder, lifetime)
  if tonumber(lifetime) > 0 then
    redis.call('SET', LEASE, holder, 'PX', lifetime)
  else
    redis.call('DEL', LEASE)
  end
end
