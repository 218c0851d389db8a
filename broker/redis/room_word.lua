-- Opens a room for the words of a new owner, and takes its words
-- (room_owners_script.hpp). In front of it stands history_append.lua, as the
-- function `append(KEYS, ARGV)`.
--
-- KEYS 1 hash: t token of the newest owner that has opened, n number of its
--      last word, s state  2. as KEYS of history_append.lua, if kept
-- ARGV 1 'open' or 'say'  2 token  3 lifetime of the hash, in seconds
--      say: 4 number of the word  5 '1' if the state is given  6 state
--      7 command that publishes, '' for none, or 'keep'  8 channel  9 packet
--      'keep': 8. as ARGV of history_append.lua
-- Answer: 'fenced'; 'passed'; then open: the state, if there is one; 'keep':
-- epoch, offset, and 1 if the message was known.
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
  local state = redis.call('HGET', KEYS[1], 's')
  return state and {'passed', state} or {'passed'}
end

if fence[1] ~= ARGV[2] or tonumber(fence[2]) + 1 ~= tonumber(ARGV[4]) then
  return {'fenced'}
end

local answer = {'passed'}
if ARGV[7] == 'keep' then
  local kept = append({unpack(KEYS, 2)}, {unpack(ARGV, 8)})
  answer = {'passed', kept[1], kept[2], kept[3]}
  if kept[3] == 1 then return answer end
end
if ARGV[5] == '1' then
  redis.call('HSET', KEYS[1], 'n', ARGV[4], 's', ARGV[6])
else
  redis.call('HSET', KEYS[1], 'n', ARGV[4])
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
if ARGV[7] ~= 'keep' and ARGV[7] ~= '' then
  redis.call(ARGV[7], ARGV[8], ARGV[9])
end
return answer
