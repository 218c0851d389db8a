-- Gives up what has expired in the inbox of a user, and lists, replays and
-- purges dead letters (inbox.lua).
--
-- KEYS 1 U:in  2 U:cur  3 U:dead
-- ARGV 1 what to do, then
--   sweep   2 time of the rule, in ms  3 messages at most  4 dead letters at
--           most  5 their lifetime, in seconds  6 lifetime of the keys, in
--           seconds
--   list    2 id after which to list  3 letters at most  4 bytes of packets at
--           most, but for one letter
--   purge   2 id; '' for all
--   replay  2 id; '' for all  3 messages at most  4 lifetime of the keys, in
--           seconds  5 channel  6 command that publishes, '' for none
-- Answer:
--   sweep   when there is more to do, in ms, 0 for never; dead letters that
--           there are; that went; for each new one its id, that of the message,
--           why
--   list    'end' or 'more', for each its id, that of the message, why, packet
--   purge   letters that went
--   replay  letters that were sent, 1 if there are more and there is room,
--           else letters that stay for want of room
--
-- Redis does nothing else meanwhile, so a call takes a hundred messages or two.

local most = 200

local function oldest(key)
  local x = redis.call('XRANGE', key, '-', '+', 'COUNT', 1)[1]
  return x and tonumber(string.match(x[1], '^%d+'))
end

local function sweep()
  local now, ttl = now_ms(), tonumber(ARGV[2])
  local acked = redis.call('HGET', KEYS[2], '*') or '0-0'
  local answer = {0, 0, 0}
  local expired = redis.call('XRANGE', KEYS[1], '-',
                             string.format('%.0f', now - ttl), 'COUNT', most)
  give_up(KEYS, expired, acked, 'expired', answer)
  local surplus = redis.call('XLEN', KEYS[1]) - tonumber(ARGV[3])
  local room = most - #expired
  if surplus > 0 and room > 0 then
    give_up(KEYS, redis.call('XRANGE', KEYS[1], '-', '+',
                             'COUNT', math.min(surplus, room)),
            acked, 'too_many', answer)
  end
  if #answer > 3 then answer[3] = bound_letters(KEYS, ARGV[4], ARGV[5]) end
  local lifetime = ARGV[5] * 1000
  redis.call('XTRIM', KEYS[3], 'MINID',
             string.format('%.0f', math.max(0, now - lifetime)))
  answer[2] = redis.call('XLEN', KEYS[3])
  local message, letter = oldest(KEYS[1]), oldest(KEYS[3])
  if message then
    -- The rule may have become longer than it was at the last message.
    redis.call('EXPIRE', KEYS[1], ARGV[6])
    redis.call('EXPIRE', KEYS[2], ARGV[6])
    answer[1] = surplus > room and now or message + ttl + 1
  end
  if letter and (not message or letter + lifetime < answer[1]) then
    answer[1] = letter + lifetime + 1
  end
  return answer
end

local function list()
  local limit, most_bytes = tonumber(ARGV[3]), tonumber(ARGV[4])
  local answer, taken, bytes, after = {'end'}, 0, 0, ARGV[2]
  while true do
    local part = redis.call('XRANGE', KEYS[3], '(' .. after, '+', 'COUNT', 16)
    for _, x in ipairs(part) do
      local packet = x[2][6]
      bytes = bytes + #packet
      if taken == limit or (taken > 0 and bytes > most_bytes) then
        answer[1] = 'more'
        return answer
      end
      taken = taken + 1
      local n = #answer
      answer[n + 1], answer[n + 2] = x[1], x[2][2]
      answer[n + 3], answer[n + 4] = x[2][4], packet
    end
    if #part < 16 then return answer end
    after = part[#part][1]
  end
end

local function purge()
  if ARGV[2] ~= '' then return redis.call('XDEL', KEYS[3], ARGV[2]) end
  local count = redis.call('XLEN', KEYS[3])
  redis.call('DEL', KEYS[3])
  return count
end

-- Replayed messages must not push others out, which would be letters again.
local function replay()
  local room = tonumber(ARGV[3]) - redis.call('XLEN', KEYS[1])
  local first, last = '-', '+'
  if ARGV[2] ~= '' then first, last = ARGV[2], ARGV[2] end
  local count = math.min(room, 100)
  if count <= 0 then
    if ARGV[2] == '' then return {0, 0, redis.call('XLEN', KEYS[3])} end
    return {0, 0, #redis.call('XRANGE', KEYS[3], first, last)}
  end
  local letters = redis.call('XRANGE', KEYS[3], first, last, 'COUNT', count)
  local previous = redis.call('HGET', KEYS[2], '#') or '0-0'
  for _, x in ipairs(letters) do
    local packet = x[2][6]
    local id = redis.call('XADD', KEYS[1], '*', 'd', packet, 'j', previous)
    redis.call('XDEL', KEYS[3], x[1])
    redis.call('HSET', KEYS[2], '#', id)
    push(ARGV[6], ARGV[5], packet, id, previous)
    previous = id
  end
  if #letters > 0 then
    redis.call('EXPIRE', KEYS[1], ARGV[4])
    redis.call('EXPIRE', KEYS[2], ARGV[4])
  end
  if ARGV[2] ~= '' then return {#letters, 0, 0} end
  if #letters == 100 and room > 100 then return {#letters, 1, 0} end
  return {#letters, 0, redis.call('XLEN', KEYS[3])}
end

local act = {sweep = sweep, list = list, purge = purge, replay = replay}
return act[ARGV[1]]()
