-- Tells a room that a user has become a member, is one no longer, or what it may do as one. `about` is the user as
-- the event tells it (JSON).
local function tell(user, about, action, owner, words, now, most)
  local event = cjson.decode(about)
  event.type, event.timestamp, event.action, event.is_owner = 'membership', tonumber(now), action, owner
  event.text = event.nickname .. words
  event.online = redis.call('HEXISTS', ONLINE, user) == 1
  announce({ event = append(string.sub(cjson.encode(event), 2), most) })
end
