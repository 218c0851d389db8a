-- Says who owns a room, by the leases of nodes (room_owners_script.hpp).
--
-- KEYS 1 sorted set: lease id, <run>.<n>, to its end, in ms  2 time of the
--      latest call of lease.lua  3 hash: room to <run> <token>  4 the last token
-- ARGV 1 'find' or 'release'  2 room  3 ms that leases last
--      find: 4. runs, in order of preference
--      release: 4 token of the owner
-- Answer: run and token; '' and 0 if nobody is alive, or the token is not that
-- of the owner. release: '' and the token.
--
-- A token is an integer below 2^53. It is the time in microseconds, or one more
-- than the last one if that is ahead: so tokens rise even where the last one is
-- lost.

local action, room, lease = ARGV[1], ARGV[2], tonumber(ARGV[3])

local function new_owner(run)
  local time = redis.call('TIME')
  local last = tonumber(redis.call('GET', KEYS[4]) or '0')
  local token = string.format('%.0f', math.max(last + 1,
                                               time[1] * 1e6 + time[2]))
  redis.call('SET', KEYS[4], token)
  redis.call('HSET', KEYS[3], room, run .. ' ' .. token)
  return {run, tonumber(token)}
end

local function read(entry)
  return string.match(entry or '', '^(%S+) (%d+)$')
end

local owner, token = read(redis.call('HGET', KEYS[3], room))
if action == 'release' then
  if token ~= ARGV[4] then return {'', 0} end
  redis.call('HDEL', KEYS[3], room)
  return {'', tonumber(token)}
end

-- As lease.lua has it: time for which nobody could reach Redis does not count,
-- nor does a step of the clock.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local seen = tonumber(redis.call('GET', KEYS[2]) or now)
if now < seen or now - seen > lease / 2 then now = seen end
local alive = {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], '(' .. now, '+inf',
                               'BYSCORE')) do
  alive[string.match(id, '^[^.]*')] = true
end

-- Rooms of the dead to which nobody comes any more: each call looks at two.
local some = redis.call('HRANDFIELD', KEYS[3], 2, 'WITHVALUES')
for i = 1, #some, 2 do
  if some[i] ~= room and not alive[read(some[i + 1])] then
    redis.call('HDEL', KEYS[3], some[i])
  end
end

if owner and alive[owner] then return {owner, tonumber(token)} end
for i = 4, #ARGV do
  if alive[ARGV[i]] then return new_owner(ARGV[i]) end
end
return {'', 0}
