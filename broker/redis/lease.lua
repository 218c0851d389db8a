-- Renews the lease of a node, and gives out the leases of dead nodes: each to
-- one node, which removes what stands under it (lease_script.hpp).
--
-- KEYS 1 sorted set: lease id to its end, in ms  2 hash: id to who has claimed
--      it, <id> <end in ms>  3 sorted set: run to the time of its death
--      4 time of the latest call  5 set: rooms of ARGV 1
--      6. set of rooms of each id from ARGV 7 on
-- ARGV 1 id that the node has, '' for none  2 id that it takes if that one does
--      not stand  3 ms that its lease lasts  4 ms for which deaths are told
--      5 leases to give out at most  6 '1' if the node stops
--      7. ids that it has claimed, and whose rooms it has emptied
-- Answer: id that the node has now, number of claims, ms until the next lease
--      ends, ids that it has claimed, runs that are dead.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held, fresh = ARGV[1], ARGV[2]
local lease, told, most = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])

-- Time for which nobody could reach Redis does not count: whoever is alive has
-- missed it, too. Nor does a step of the clock. Claims that end in the future of
-- a clock that was set back would last; a lease that is reaped twice does no
-- harm.
local seen = tonumber(redis.call('GET', KEYS[4]) or now)
if now < seen or now - seen > lease / 2 then
  local from = '(' .. seen
  if now < seen then
    from = '-inf'
    redis.call('DEL', KEYS[2], KEYS[3])
  end
  local rows = redis.call('ZRANGE', KEYS[1], from, '+inf', 'BYSCORE',
                          'WITHSCORES')
  for i = 1, #rows, 2 do
    redis.call('ZADD', KEYS[1], rows[i + 1] + now - seen, rows[i])
  end
end
redis.call('SET', KEYS[4], now)

local function run_of(id) return string.match(id, '^[^.]*') end

-- A lease that is over, but that nobody has claimed, is as it was.
local stands = held ~= '' and redis.call('ZSCORE', KEYS[1], held)
  and not redis.call('HGET', KEYS[2], held)

local function claims_of(who)
  local result = {}
  local over = redis.call('ZRANGE', KEYS[1], '-inf', now, 'BYSCORE',
                          'LIMIT', 0, 100)
  for _, id in ipairs(over) do
    local by, till = string.match(redis.call('HGET', KEYS[2], id) or '',
                                  '^(%S+) (%d+)$')
    result[#result + 1] = {id, by == who, by and tonumber(till) > now}
  end
  return result
end

local function end_emptied(who)
  for i = 7, #ARGV do
    local by = string.match(redis.call('HGET', KEYS[2], ARGV[i]) or '', '^%S+')
    if by == who and redis.call('EXISTS', KEYS[i - 1]) == 0 then
      redis.call('ZREM', KEYS[1], ARGV[i])
      redis.call('HDEL', KEYS[2], ARGV[i])
    end
  end
end

if ARGV[6] == '1' then
  end_emptied(held)
  for _, x in ipairs(claims_of(held)) do
    if x[2] then redis.call('HDEL', KEYS[2], x[1]) end
  end
  if stands and redis.call('EXISTS', KEYS[5]) == 1 then
    redis.call('ZADD', KEYS[1], now + lease, held)
  elseif stands then
    redis.call('ZREM', KEYS[1], held)
  end
  if redis.call('EXISTS', KEYS[1]) == 0 then
    redis.call('DEL', KEYS[2], KEYS[4])
  end
  return {held, 0, 0}
end

local id = held
if not stands then
  -- What was written late, after somebody has reaped it, goes once more; by
  -- then it stands under the new id.
  if held ~= '' and redis.call('EXISTS', KEYS[5]) == 1 then
    redis.call('ZADD', KEYS[1], 'NX', now + lease, held)
  end
  id = fresh
  redis.call('HDEL', KEYS[2], id)
end
redis.call('ZADD', KEYS[1], now + lease, id)

end_emptied(id)

local over = claims_of(id)
local alive = {}
if #over > 0 then
  local rows = redis.call('ZRANGE', KEYS[1], '(' .. now, '+inf', 'BYSCORE')
  for _, x in ipairs(rows) do alive[run_of(x)] = true end
end
local answer = {id, 0, 0}
local function claim(x)
  redis.call('HSET', KEYS[2], x[1], id .. ' ' .. (now + lease))
  answer[#answer + 1] = x[1]
  answer[2] = answer[2] + 1
end
for _, x in ipairs(over) do
  local run = run_of(x[1])
  if not alive[run] then redis.call('ZADD', KEYS[3], 'NX', now, run) end
  if x[2] then claim(x) end
end
for _, x in ipairs(over) do
  if not x[2] and not x[3] and answer[2] < most then claim(x) end
end

local coming = redis.call('ZRANGE', KEYS[1], '(' .. now, '+inf', 'BYSCORE',
                          'LIMIT', 0, 1, 'WITHSCORES')
answer[3] = (coming[2] or now + lease) - now

redis.call('ZREM', KEYS[3], run_of(id))
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - told)
redis.call('PEXPIRE', KEYS[3], told)
for _, x in ipairs(redis.call('ZRANGE', KEYS[3], 0, 99, 'REV')) do
  answer[#answer + 1] = x
end
return answer
