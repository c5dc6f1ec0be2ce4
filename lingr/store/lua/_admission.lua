-- Whether a user ('' for nobody) is a member of the room. Whose room it is, always is.
local function is_member(user)
  if user == '' then return false end
  return redis.call('HEXISTS', MEMBERS, user) == 1 or redis.call('HGET', ROOM, 'owner_id') == user
end
