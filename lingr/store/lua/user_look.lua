-- Tells a poll that waits everything that is kept of the user. Its ticket lives for as long as it waits.
-- KEYS: the user's. ARGV: ticket, session.
-- Returns what `profile` says. Errors: invalid_ticket.
-- uses: user
-- uses: profile
if redis.call('HGET', TICKETS, 't:' .. ARGV[1]) ~= ARGV[2] then return { 'error', 'invalid_ticket' } end
return profile()
