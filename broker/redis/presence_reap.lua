-- Removes some of what stands in a room under the lease of a dead node, and
-- tells the room who has left (lease_reaper.hpp).
--
-- KEYS 1 <channel>:presence, hash: <lease id>/<user> to what it stands for
--      2 <channel>:users, hash: user to the number of leases that have them
-- ARGV 1 cursor  2 lease id  3 room  4 channel  5 'c' if the room only counts
--      6 command that publishes
-- Answer: cursor of the next call, 'end' after the last; entries that were
--      removed.
--
-- Redis does nothing else meanwhile, so a call takes two hundred entries. What
-- can be refused comes first: a server without memory refuses the first write
-- or none.

local most = 200
local found = redis.call('HSCAN', KEYS[1], ARGV[1], 'MATCH', ARGV[2] .. '/*',
                         'COUNT', most)
local fields, removed = found[2], 0
local cursor = found[1] == '0' and 'end' or found[1]

local present = redis.call('HLEN', KEYS[2])
local before = present
local tell = announcer(ARGV[3], ARGV[4], ARGV[6])

for i = 1, #fields, 2 do
  -- A small hash is scanned whole, whatever COUNT says: the rest is still there
  -- for the same cursor.
  if removed == most then
    cursor = ARGV[1]
    break
  end
  local user = string.sub(fields[i], #ARGV[2] + 2)
  local left = redis.call('HINCRBY', KEYS[2], user, -1)
  redis.call('HDEL', KEYS[1], fields[i])
  removed = removed + 1
  if left <= 0 then
    redis.call('HDEL', KEYS[2], user)
    present = redis.call('HLEN', KEYS[2])
    if ARGV[5] ~= 'c' then
      tell('leave', user, present)
    end
  end
end
if ARGV[5] == 'c' and present ~= before then
  tell('count', nil, present)
end
return {cursor, removed}
