-- Gives out the leases of one user's connections (limiter_script.hpp).
--
-- A table of a handful of entries is read whole. Ages do not depend on who
-- speaks first: a newcomer is younger than all that there are, even when the
-- clock was set back, and who is told of again brings the age along. Two that
-- came in the same millisecond are told apart by their ids, the shorter one
-- first, which on one node is the order of their numbers. A lease that lasts
-- for longer than a lease was taken before the clock was set back: it gets one
-- lease from now, which whoever is alive renews. The time is that of Redis:
-- leases of nodes whose clocks differ would end at different times. The key
-- lasts as long as its longest lease, so a cluster that crashes leaves nothing
-- behind. Ids are `<run>-<number>`; a run among those that are silent is dead,
-- and its leases are over.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lease, most, policy = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local first, silent = 5 + tonumber(ARGV[4]), {}
for i = 5, first - 1 do silent[ARGV[i]] = true end
local since, count, answer, told = {}, 0, {}, {}

local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local from, till = string.match(fields[i + 1], '^(%d+):(%d+)$')
  local run = string.match(fields[i], '^[^-]*')
  if till and tonumber(till) > now and not silent[run] then
    since[fields[i]] = tonumber(from)
    count = count + 1
    if tonumber(till) > now + lease then
      redis.call('HSET', KEYS[1], fields[i],
                 string.format('%s:%d', from, now + lease))
    end
  else
    redis.call('HDEL', KEYS[1], fields[i])
  end
end

local function tell(id)
  answer[#answer + 1] = id
  answer[#answer + 1] = since[id] and string.format('%d', since[id]) or ''
end

local function older(a, b)
  if since[a] ~= since[b] then return since[a] < since[b] end
  if #a ~= #b then return #a < #b end
  return a < b
end

local function newest_time()
  local latest = now
  for _, from in pairs(since) do latest = math.max(latest, from + 1) end
  return latest
end

local function who_has_to_go()
  local quiet, oldest, youngest
  for id in pairs(since) do
    if silent[id] and (not quiet or older(id, quiet)) then quiet = id end
    if not oldest or older(id, oldest) then oldest = id end
    if not youngest or older(youngest, id) then youngest = id end
  end
  return quiet or (policy == 'kick_oldest' and oldest or youngest)
end

local losers = {}
for i = first, #ARGV, 2 do
  local id, from = ARGV[i], tonumber(ARGV[i + 1])
  told[id] = true
  if not since[id] then
    if not from then from = newest_time() end
    since[id] = from > 0 and from or now + from
    count = count + 1
    if count > most then
      local loser = who_has_to_go()
      since[loser] = nil
      count = count - 1
      losers[#losers + 1] = loser
      redis.call('HDEL', KEYS[1], loser)
    end
  end
  if since[id] then
    redis.call('HSET', KEYS[1], id,
               string.format('%d:%d', since[id], now + lease))
  end
end
if count > 0 then
  redis.call('PEXPIRE', KEYS[1], lease)
end

for i = first, #ARGV, 2 do tell(ARGV[i]) end
for _, id in ipairs(losers) do
  if not told[id] then tell(id) end
end
if policy == 'ask' and #losers > 0 then
  for id in pairs(since) do
    if not told[id] then tell(id) end
  end
end
return answer
