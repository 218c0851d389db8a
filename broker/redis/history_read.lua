-- Reads from the log of one channel (history_append.lua has its keys), and
-- keeps its epoch alive, which it makes for a channel that has none.
--
-- KEYS 1 <channel>:m  2 <channel>:h
-- ARGV 1 offset after which to read, or before which; '' for none
--      2 the epoch of that  3 messages at most  4 bytes of packets at most,
--      but for one message  5 '1' newest first  6 lifetime of the hash, in
--      seconds  7 epoch for a channel that has none  8 incarnation, or ''
--      9 '1' if somebody has had the message at that offset
-- Answer: epoch, offset of the newest message, then
--      'lost', offset after which the log is whole   or
--      'end' or 'more', and for each message its offset, that of the message
--      before, its packet.

local from, limit = tonumber(ARGV[1]), tonumber(ARGV[3])
local most_bytes, reverse = tonumber(ARGV[4]), ARGV[5] == '1'

local meta = redis.call('HMGET', KEYS[1], 'e', 's')
local epoch, top = meta[1], tonumber(meta[2] or '0')
if epoch then
  -- A server that refuses writes for a while can be read all the same.
  redis.pcall('EXPIRE', KEYS[1], ARGV[6])
else
  epoch, top = ARGV[7], 0
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[1], 'e', epoch, 's', 0, 'g', ARGV[8])
  redis.call('EXPIRE', KEYS[1], ARGV[6])
end

local function digits(x) return string.format('%.0f', x) end

local function place(entry)
  local offset = tonumber(string.match(entry[1], '^%d+'))
  return offset, tonumber(entry[2][4]) or offset - 1
end

-- What somebody has had is not here, though it is not what was trimmed: a server
-- that has started anew has lost it. Who has not had it would never know, so no
-- position of before counts any more.
local function lost(was_here)
  if was_here and ARGV[9] == '1' then
    epoch = ARGV[7]
    redis.call('HSET', KEYS[1], 'e', epoch)
  end
  local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
  local floor = top
  if oldest then
    local _
    _, floor = place(oldest)
  end
  return {epoch, top, 'lost', floor}
end

local answer = {epoch, top, 'end'}
if from then
  if ARGV[2] ~= epoch then return lost(false) end
  if from > top then return lost(true) end
  if from == top and not reverse then return answer end
elseif limit == 0 then
  return answer
end

local command, till = 'XRANGE', '+'
local at = '-'
if reverse then command, till, at = 'XREVRANGE', '-', '+' end
if from then at = '(' .. digits(from) .. '-0' end

-- A few first: they may be large. Then as many as should fit. One more than
-- asked for shows whether there are more.
local taken, bytes, size = 0, 0, 16
local checks = from and not reverse
while true do
  size = math.min(size, limit - taken + 1)
  local part = redis.call(command, KEYS[2], at, till, 'COUNT', size)
  for _, x in ipairs(part) do
    local offset, previous = place(x)
    if checks and previous ~= from then return lost(previous < from) end
    checks = false
    local packet = x[2][2]
    bytes = bytes + #packet
    if taken == limit or (taken > 0 and bytes > most_bytes) then
      answer[3] = 'more'
      return answer
    end
    taken = taken + 1
    local n = #answer
    answer[n + 1], answer[n + 2], answer[n + 3] = offset, previous, packet
  end
  if #part < size then break end
  at = '(' .. part[#part][1]
  local fit = math.floor((most_bytes - bytes) * taken / math.max(bytes, 1)) + 1
  size = math.max(1, math.min(fit, 100))
end
-- Nothing is there, though something came after it.
if checks then return lost(false) end
return answer
