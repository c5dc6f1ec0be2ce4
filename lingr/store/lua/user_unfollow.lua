-- Takes a ticket for observing the user back.
-- KEYS: the user's. ARGV: ticket, session, now (ms).
-- Errors: invalid_ticket.
-- uses: user
-- uses: watching
if not is_held(ARGV[1], ARGV[2], ARGV[3]) then return { 'error', 'invalid_ticket' } end
void(ARGV[1])
announce({ gone = '["' .. ARGV[1] .. '"]' })
return { 'ok' }
