-- Notes how far a session is known to have been told, and how far it was last sent something.
-- KEYS: its subscriptions. ARGV: these two numbers, whether somebody waits to know (1 or 0).
-- uses: told
note_told(KEYS[1], ARGV[1], ARGV[2])
if ARGV[3] == '1' and redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HINCRBY', KEYS[1], '.noted', 1) end
return { 'ok' }
