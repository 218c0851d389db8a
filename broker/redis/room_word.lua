-- Opens a room for the words of a new owner, and takes its words
-- (room_owners_script.hpp). In front of it stands history_append.lua, as the
-- function `append(KEYS, ARGV)`.
--
-- KEYS 1 hash: t token of the newest owner that has opened, n number of its
--      last word, :<name> a field of the state
--      say: 2, 3 as KEYS 1, 2 of history_append.lua
-- ARGV 1 'open' or 'say'  2 token  3 lifetime of the hash, in seconds
--      say: 4 number of the word  5 to 11 as ARGV 1 to 7 of history_append.lua
--      12 how many fields get a value  13 how many go  14. name and value of
--      each of the former, then the names of the latter, then for each packet
--      '1' if it is kept, and the packet
-- Answer: 'fenced'; or 'passed', and open: all of the hash, names and values.
--
-- Token and number are of an owner, and grow; the word after one that does not
-- count does not count either, since it was made from it. All of it is one hash,
-- so that it is lost together, if at all. What can be refused comes before what
-- takes effect: the first write refuses for all.

local action, token = ARGV[1], tonumber(ARGV[2])
local fence = redis.call('HMGET', KEYS[1], 't', 'n')

if action == 'open' then
  if fence[1] and tonumber(fence[1]) >= token then return {'fenced'} end
  redis.call('HSET', KEYS[1], 't', ARGV[2], 'n', '0')
  redis.call('EXPIRE', KEYS[1], ARGV[3])
  local answer = redis.call('HGETALL', KEYS[1])
  table.insert(answer, 1, 'passed')
  return answer
end

if fence[1] ~= ARGV[2] or tonumber(fence[2]) + 1 ~= tonumber(ARGV[4]) then
  return {'fenced'}
end

local values = 14
local gone = values + 2 * tonumber(ARGV[12])
local packets = gone + tonumber(ARGV[13])

-- Kept ones are all appended before anything is published, and published at
-- their turn.
local log = {unpack(ARGV, 5, 10)}
log[7] = '' -- `append` publishes nothing
for i = packets, #ARGV, 2 do
  if ARGV[i] == '1' then
    local n = #log
    log[n + 1], log[n + 2], log[n + 3] = 'n', '', ARGV[i + 1]
  end
end
local kept = {}
if #log > 7 then
  local _
  _, kept = append({KEYS[2], KEYS[3]}, log)
end

redis.call('HSET', KEYS[1], 'n', ARGV[4])
-- Lua takes no more than some thousand arguments at once.
local function in_slices(command, first, last)
  for i = first, last, 1000 do
    redis.call(command, KEYS[1], unpack(ARGV, i, math.min(i + 999, last)))
  end
end
in_slices('HSET', values, gone - 1)
in_slices('HDEL', gone, packets - 1)
redis.call('EXPIRE', KEYS[1], ARGV[3])

local publish, channel, taken = ARGV[11], ARGV[8], 0
for i = packets, #ARGV, 2 do
  local packet = ARGV[i + 1]
  if ARGV[i] == '1' then
    taken = taken + 1
    packet = kept[taken]
  end
  redis.call(publish, channel, packet)
end
return {'passed'}
