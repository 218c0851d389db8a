-- Writes down how users of one node stand in one room, and tells the room who
-- has come and gone, on all nodes together (presence_script.hpp).
--
-- KEYS 1 <channel>:presence, hash: <lease id>/<user> to
--        <connections> <since> <info>; where the room only counts, to 1
--      2 <channel>:users, hash: user to the number of leases that have them
-- ARGV 1 lease id  2 room  3 channel  4 'c' if the room only counts
--      5 command that publishes
--      6. for each user: name, and the value; '' for one who has gone
-- Answer: users that have come, users that have gone, users in the room.
--
-- It says how things stand, so saying it again changes nothing and tells
-- nobody. The first write of each kind is one that a server without memory
-- refuses, or that it takes with all that follow.

local presence, users = KEYS[1], KEYS[2]
local lease, counts, publish = ARGV[1], ARGV[4] == 'c', ARGV[5]

local present = redis.call('HLEN', users)
local before, came, gone = present, 0, 0
local tell = announcer(ARGV[2], ARGV[3], publish)

for i = 6, #ARGV, 2 do
  local user, value = ARGV[i], ARGV[i + 1]
  local field = lease .. '/' .. user
  if value == '' then
    if redis.call('HDEL', presence, field) == 1
        and redis.call('HINCRBY', users, user, -1) <= 0 then
      redis.call('HDEL', users, user)
      gone, present = gone + 1, present - 1
      if not counts then tell('leave', user, present) end
    end
  elseif redis.call('HSET', presence, field, value) == 1
      and redis.call('HINCRBY', users, user, 1) == 1 then
    came, present = came + 1, present + 1
    if not counts then tell('join', user, present) end
  end
end
if counts and present ~= before then tell('count', nil, present) end
return {came, gone, present}
