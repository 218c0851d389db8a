-- Stores a message to a user and publishes it, unless it is there (inbox.lua).
--
-- KEYS 1 U:in  2 U:cur  3 U:dead  4 U:id:<event id>
-- ARGV 1 packet  2 time for which its id is known, in seconds  3 messages at
--      most  4 lifetime of the keys, in seconds  5 dead letters at most
--      6 their lifetime, in seconds  7 channel  8 command that publishes, ''
--      for none
-- Answer: id, 1 if it was known, dead letters that went, and for each new dead
--      letter its id, that of the message, why.
--
-- What can be refused comes before what takes effect: a server without memory
-- or replicas refuses the first XADD, or none.

local known = redis.call('GET', KEYS[4])
if known then return {known, 1, 0} end

local heads = redis.call('HMGET', KEYS[2], '#', '*')
local previous, acked = heads[1] or '0-0', heads[2] or '0-0'
local id = redis.call('XADD', KEYS[1], '*', 'd', ARGV[1], 'j', previous)
redis.call('HSET', KEYS[2], '#', id)
redis.call('SET', KEYS[4], id, 'EX', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('EXPIRE', KEYS[2], ARGV[4])

local answer = {id, 0, 0}
local surplus = redis.call('XLEN', KEYS[1]) - tonumber(ARGV[3])
if surplus > 0 then
  -- More than one only where the rule has changed: the rest next time.
  local oldest = redis.call('XRANGE', KEYS[1], '-', '+',
                            'COUNT', math.min(surplus, 100))
  give_up(KEYS, oldest, acked, 'too_many', answer)
  if #answer > 3 then
    answer[3] = bound_letters(KEYS, ARGV[5], ARGV[6])
  end
end
push(ARGV[8], ARGV[7], ARGV[1], id, previous)
return answer
