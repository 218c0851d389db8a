-- Reads what a device of a user has not acknowledged (inbox.lua), and knows the
-- device from now on: what it has not acknowledged is not trimmed.
--
-- KEYS 1 U:in  2 U:cur
-- ARGV 1 device  2 id after which to read; '' for its cursor  3 messages at most
--      4 bytes of packets at most, but for one message  5 time of the rule, in
--      ms  6 lifetime of the keys, in seconds
-- Answer: newest id, 'end' or 'more', and for each message its id, the one
--      before, its packet.

local limit, most_bytes = tonumber(ARGV[3]), tonumber(ARGV[4])
local now = now_ms()
local cursors, top, _, old = read_cursors(KEYS[2], ARGV[1], now,
                                          tonumber(ARGV[5]))
local own = cursors[ARGV[1]]
local id = own and own.id or '0-0'
-- A write for each reading would cost more than the reading.
if not own or own.seen + 60000 <= now then
  if own then
    -- A server that refuses writes for a while can be read all the same.
    redis.pcall('HSET', KEYS[2], ARGV[1],
                id .. ' ' .. string.format('%.0f', now))
  else
    write_cursor(KEYS[2], cursors, old, ARGV[1], id, now)
  end
  redis.pcall('EXPIRE', KEYS[1], ARGV[6])
  redis.pcall('EXPIRE', KEYS[2], ARGV[6])
end

local after = ARGV[2] == '' and id or ARGV[2]
local answer, taken, bytes, size = {top, 'end'}, 0, 0, 16
-- A few first: they may be large. Then as many as should fit. One more than
-- asked for shows whether there are more.
while true do
  size = math.min(size, limit - taken + 1)
  local part = redis.call('XRANGE', KEYS[1], '(' .. after, '+', 'COUNT', size)
  for _, x in ipairs(part) do
    local packet = x[2][2]
    bytes = bytes + #packet
    if taken == limit or (taken > 0 and bytes > most_bytes) then
      answer[2] = 'more'
      return answer
    end
    taken = taken + 1
    local n = #answer
    answer[n + 1], answer[n + 2], answer[n + 3] = x[1], x[2][4], packet
  end
  if #part < size then return answer end
  after = part[#part][1]
  local fit = math.floor((most_bytes - bytes) * taken / math.max(bytes, 1)) + 1
  size = math.max(1, math.min(fit, 100))
end
