-- Who is in a room without a ticket: ENTERED has the occupant instead, and the stint.

-- The occupant as which a session attends, as it was stored, and the stint in which it does; or nil.
local function attended_by(session)
  local id, stint = string.match(redis.call('HGET', ENTERED, session) or '', '^occupant:(%S+) (%S+)$')
  local json = id and redis.call('HGET', OCCUPANTS, id)
  if not json then return nil end
  return cjson.decode(json), stint
end
