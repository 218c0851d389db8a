-- Writes down that a node is alive and takes out who has been silent for too
-- long (node_registry_script.hpp).
--
-- A hundred rows a call are enough to keep up, and Redis does nothing else
-- meanwhile. What has no heartbeat any more goes with the last silent one. A
-- heartbeat of the future is from before the clock was set back: it counts as
-- one of now, so that whoever has crashed falls silent a lease later.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local run, report = ARGV[1], ARGV[2]
local lease, keep = tonumber(ARGV[3]), tonumber(ARGV[4])
local most = tonumber(ARGV[5])

local ahead = redis.call('ZRANGE', KEYS[1], '(' .. now, '+inf', 'BYSCORE',
                         'LIMIT', 0, 100)
for _, x in ipairs(ahead) do
  redis.call('ZADD', KEYS[1], now, x)
end
redis.call('ZADD', KEYS[1], now, run)
redis.call('HSET', KEYS[2], run, report)

local silent = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. (now - lease))
local old = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. (now - lease - keep))
local surplus = math.min(math.max(old, silent - most), 100)
if surplus > 0 then
  for _, x in ipairs(redis.call('ZRANGE', KEYS[1], 0, surplus - 1)) do
    redis.call('ZREM', KEYS[1], x)
    redis.call('HDEL', KEYS[2], x)
  end
end
redis.call('PEXPIRE', KEYS[1], lease + keep)
redis.call('PEXPIRE', KEYS[2], lease + keep)
return surplus
