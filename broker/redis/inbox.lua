-- In front of the scripts of inboxes. All keys of a user are in one slot:
--   U:in   stream: id as Redis makes it, `d` the packet, `j` the id before
--   U:cur  hash: device to `<id that it has acknowledged> <last seen, in ms>`;
--          '#' the newest id, '*' the newest that any device has acknowledged
--   U:dead stream: id as Redis makes it, `m` the id in the inbox, `w` why,
--          `d` the packet
--   U:id:<event id>  string: the id of a message that may be sent again

local max_devices = 32

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Numbers of ids have up to 64 bits, a number in Lua has 53.
local function less(a, b)
  if #a ~= #b then return #a < #b end
  return a < b
end

local function is_before(a, b)
  local at, an = string.match(a, '^(%d+)-(%d+)$')
  local bt, bn = string.match(b, '^(%d+)-(%d+)$')
  if at ~= bt then return less(at, bt) end
  return less(an, bn)
end

-- Returns the cursors of a device and of those that were seen of late, the
-- newest id, the newest one that a device has acknowledged, and the devices
-- that count no more.
local function read_cursors(key, device, now, ttl)
  local all, cursors, old = redis.call('HGETALL', key), {}, {}
  local top, acked = '0-0', '0-0'
  for i = 1, #all, 2 do
    local name, value = all[i], all[i + 1]
    if name == '#' then
      top = value
    elseif name == '*' then
      acked = value
    else
      local id, seen = string.match(value, '^(%S+) (%d+)$')
      seen = tonumber(seen)
      if name ~= device and seen + ttl <= now then
        old[#old + 1] = name
      else
        cursors[name] = {id = id, seen = seen}
      end
    end
  end
  return cursors, top, acked, old
end

-- Writes the cursor of a device; one too many gives way to it.
local function write_cursor(key, cursors, old, device, id, now)
  redis.call('HSET', key, device, id .. ' ' .. string.format('%.0f', now))
  local count, oldest = 0, nil
  for name, x in pairs(cursors) do
    if name ~= device then
      count = count + 1
      if not oldest or x.seen < cursors[oldest].seen then oldest = name end
    end
  end
  if count >= max_devices then
    cursors[oldest] = nil
    old[#old + 1] = oldest
  end
  cursors[device] = {id = id, seen = now}
  for _, name in ipairs(old) do redis.call('HDEL', key, name) end
end

-- Publishes a stored message; it is stored, whatever becomes of that.
local function push(command, channel, packet, id, previous)
  if command == '' then return end
  local head = (string.find(packet, ':', 1, true) or #packet + 1) - 1
  redis.pcall(command, channel, string.sub(packet, 1, head) .. ';i=' .. id
              .. ';j=' .. previous .. string.sub(packet, head + 1))
end

-- Takes the oldest messages out of an inbox, and makes dead letters of those
-- that no device has acknowledged. Appends what these are called, and were.
local function give_up(keys, entries, acked, why, answer)
  local ids = {}
  for _, x in ipairs(entries) do
    ids[#ids + 1] = x[1]
    if is_before(acked, x[1]) then
      local id = redis.call('XADD', keys[3], '*', 'm', x[1], 'w', why,
                            'd', x[2][2])
      local n = #answer
      answer[n + 1], answer[n + 2], answer[n + 3] = id, x[1], why
    end
  end
  if #ids > 0 then redis.call('XDEL', keys[1], unpack(ids)) end
end

-- Keeps the dead letters within their bound; returns how many went.
local function bound_letters(keys, most, lifetime)
  redis.call('EXPIRE', keys[3], lifetime)
  return redis.call('XTRIM', keys[3], 'MAXLEN', '~', most)
end

