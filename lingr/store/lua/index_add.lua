-- Adds messages of one room to the index, unless anything has changed since it was looked at.
-- KEYS: the index's rooms, numbers and segments, the segment's documents, then the postings to be added to.
-- ARGV: room, its record as it was ('' for none) and as it is to be, its number, the segment, its record as
-- it was ('' for none) and as it is to be ('' to leave the segment alone), the documents, then the postings
-- for each key.
-- Returns whether they were added.
-- uses: segment
local ROOMS, NUMBERS, SEGMENTS, DOCUMENTS = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local room, was, is, number = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local segment, segment_was, segment_is = ARGV[5], ARGV[6], ARGV[7]
if (redis.call('HGET', ROOMS, room) or '') ~= was then return { 'ok', 0 } end
if segment_is ~= '' then
  if not is_same(redis.call('HGET', SEGMENTS, segment) or '', segment_was) then return { 'ok', 0 } end
  redis.call('HSET', SEGMENTS, segment, segment_is)
  redis.call('APPEND', DOCUMENTS, ARGV[8])
  for index = 5, #KEYS do
    local POSTINGS = KEYS[index]
    redis.call('APPEND', POSTINGS, ARGV[index + 4])
  end
end
local former = string.match(was, '%d+')
if former and former ~= number then redis.call('HDEL', NUMBERS, former) end
redis.call('HSET', NUMBERS, number, room)
redis.call('HSET', ROOMS, room, is)
return { 'ok', 1 }
