-- Puts right what a reader found to be otherwise than it is kept, and counts that as one change: unless
-- something else has changed since it read.
-- KEYS: the user's. ARGV: the counter it read, then as JSON, each of them optional: `profile`, the mark of the
-- profile; `left`, entries of OCCUPIED with their places; `dead`, rooms that are no more; `own` and `disown`,
-- rooms; `heard`, rooms with their newest message; `news_at`, the time (ms) if some of them are news.
-- Returns the counter, or '' if something else has changed.
-- uses: user
local found, is_news = cjson.decode(ARGV[2]), false
local counter = redis.call('HGET', USER, 'counter') or '0'
if counter ~= ARGV[1] then return { 'ok', '' } end

local function settle(gone)
  is_news = is_news or gone == 1
end

if found.profile then
  local former = redis.call('HGET', USER, 'profile')
  redis.call('HSET', USER, 'profile', found.profile)
  is_news = former and former ~= found.profile
end
for _, entry in ipairs(found.left or {}) do
  if redis.call('ZSCORE', OCCUPIED, entry[1]) == entry[2] then
    redis.call('ZREM', OCCUPIED, entry[1])
    is_news = is_news or not occupied()[parts_of(entry[1])]
  end
end
for _, room in ipairs(found.dead or {}) do
  for _, LIST in ipairs({ FAVORITE, MONITORED, VISITED }) do settle(redis.call('ZREM', LIST, room)) end
  redis.call('HDEL', HEARD, room)
end
for _, room in ipairs(found.own or {}) do settle(redis.call('SADD', OWNED, room)) end
for _, room in ipairs(found.disown or {}) do settle(redis.call('SREM', OWNED, room)) end
for _, entry in ipairs(found.heard or {}) do redis.call('HSET', HEARD, entry[1], entry[2]) end
if found.news_at then
  redis.call('HSET', USER, 'news_at', found.news_at)
  is_news = true
end
if is_news then change() end
return { 'ok', redis.call('HGET', USER, 'counter') or '0' }
