-- Keeps messages of one channel, numbers them and publishes them: all of them,
-- in order, or none.
--
-- KEYS 1  <channel>:m, hash: e epoch, s offset of the newest message,
--         g incarnation of the server that has given it
--      2  <channel>:h, stream: id <offset>-0, d packet,
--         p offset of the message before, where that is not one less
--      3. <channel>:i:<event id>, string <offset>:<epoch>, for each message
--         whose id its publisher has chosen
-- ARGV 1 messages to keep  2, 3 lifetime of the stream and of the hash, in
--      seconds  4 channel  5 epoch for a channel that has none
--      6 incarnation, '' if it is unknown  7 command that publishes, '' for none
--      8. for each message: kind, event id, packet
-- Kinds: 'n' new; 'c' its id is chosen, so it may come again; 'r' it was sent
-- before, and the answer was lost.
-- Answer: epoch, then for each message its offset, and 1 if it was known. A
-- script in front of which this one stands gets the packets with their places
-- besides, without those that were known.
--
-- What can be refused comes before what takes effect: the reads, then the first
-- XADD, which a server without memory or replicas refuses as it would all later
-- ones. Offsets are doubles here, exact to 2^53, which is the time in the year
-- 2255; `tostring` would cut them off after 14 digits.

local count, channel, incarnation = tonumber(ARGV[1]), ARGV[4], ARGV[6]
local publish, first = ARGV[7], 8

local meta = redis.call('HMGET', KEYS[1], 'e', 's', 'g')
local epoch, top = meta[1], tonumber(meta[2] or '0')
local is_new = not epoch
if is_new then
  epoch, top = ARGV[5], 0
end

local function digits(x) return string.format('%.0f', x) end

-- When a node has accepted a message. In front of what users can choose.
local function time_of(packet)
  return tonumber(string.match(packet, '"ts":(%d+)'))
end

-- Which messages the channel has, by their ids.
local known, wanted, missing, oldest, key = {}, {}, 0, math.huge, 2
for i = first, #ARGV, 3 do
  local kind, id = ARGV[i], ARGV[i + 1]
  if kind == 'c' then
    key = key + 1
    local offset, of = string.match(redis.call('GET', KEYS[key]) or '',
                                    '^(%d+):(%w+)$')
    -- Offsets never come again, so what is there is the message, whichever the
    -- epoch was.
    if of == epoch or (offset and redis.call('XRANGE', KEYS[2], offset .. '-0',
                                             offset .. '-0')[1]) then
      known[id] = tonumber(offset)
    end
  elseif kind == 'r' and not is_new then
    wanted[id] = true
    missing = missing + 1
    oldest = math.min(oldest, time_of(ARGV[i + 2]) or 0)
  end
end

-- The newest come first: it was sent a moment ago. What was accepted a minute
-- before it stands before it in the log, however clocks and queues differ.
local last, left = '+', math.min(count, 10000)
while missing > 0 and left > 0 do
  local part = redis.call('XREVRANGE', KEYS[2], last, '-',
                          'COUNT', math.min(left, 100))
  for _, x in ipairs(part) do
    local id = string.match(x[2][2], '"event_id":"([^"]*)"')
    if id and wanted[id] then
      known[id] = tonumber(string.match(x[1], '^%d+'))
      wanted[id] = nil
      missing = missing - 1
    end
  end
  if #part == 0 then break end
  local time = time_of(part[#part][2][2])
  if time and time < oldest - 60000 then break end
  left = left - #part
  last = '(' .. part[#part][1]
end

-- A server that has started anew may have lost its last writes, and then their
-- numbers must not come again. So they go on at the time, in microseconds, which
-- is ahead of all that were given out: not even those after an earlier jump
-- come again, should they be lost, too.
local jumps = not is_new and incarnation ~= '' and meta[3] ~= incarnation

local answer, packets, names = {epoch}, {}, {}
key = 2
for i = first, #ARGV, 3 do
  local kind, id, packet = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if kind == 'c' then key = key + 1 end
  local offset = kind ~= 'n' and known[id]
  if offset then
    answer[#answer + 1] = offset
    answer[#answer + 1] = 1
  else
    if is_new and #packets == 0 then
      redis.call('DEL', KEYS[2]) -- of an epoch that was lost
    end
    local previous, fields = top, ''
    if jumps and #packets == 0 then
      local time = redis.call('TIME')
      top = math.max(top, time[1] * 1e6 + time[2])
    end
    top = top + 1
    if previous == top - 1 then
      redis.call('XADD', KEYS[2], 'MAXLEN', count, digits(top) .. '-0',
                 'd', packet)
    else
      redis.call('XADD', KEYS[2], 'MAXLEN', count, digits(top) .. '-0',
                 'd', packet, 'p', digits(previous))
      fields = ';p=' .. digits(previous)
    end
    local head = (string.find(packet, ':', 1, true) or #packet + 1) - 1
    packets[#packets + 1] = string.sub(packet, 1, head)
      .. ';o=' .. digits(top) .. fields .. ';e=' .. epoch
      .. string.sub(packet, head + 1)
    if kind == 'c' then
      names[#names + 1] = {KEYS[key], digits(top) .. ':' .. epoch}
      known[id] = top
    end
    answer[#answer + 1] = top
    answer[#answer + 1] = 0
  end
end
if #packets == 0 then return answer end

if is_new or jumps then
  redis.call('HSET', KEYS[1], 'e', epoch, 's', digits(top), 'g', incarnation)
else
  redis.call('HSET', KEYS[1], 's', digits(top))
end
redis.call('EXPIRE', KEYS[2], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
for _, x in ipairs(names) do
  redis.call('SET', x[1], x[2], 'EX', 300)
end
if publish ~= '' then
  for _, x in ipairs(packets) do redis.call(publish, channel, x) end
end
return answer, packets
