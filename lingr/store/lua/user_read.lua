-- Tells everything that is kept of a user.
-- KEYS: the user's.
-- Returns what `profile` says.
-- uses: user
-- uses: profile
return profile()
