-- Counts a call against limits, in their order, as far as the first that refuses it.
-- KEYS: a count for each limit. ARGV: for each limit, most calls per window (0: any number), window (ms).
-- Errors: rate_limited.
-- uses: rate
for index, CALLS in ipairs(KEYS) do
  local refused = refusal(CALLS, ARGV[2 * index - 1], ARGV[2 * index])
  if refused then return refused end
end
return { 'ok' }
