-- Writes down what happens to connections and rooms, numbers it, and gives it to
-- the back end: in a stream, or as the answer (event_script.hpp).
--
-- KEYS 1 stream  2 number of the latest event  3 hash: room to the number of its
--      members on all nodes  4 answer to the latest call of this run
--      5 hash of a lease: <connection> to a part of its events, and
--        <connection> <room> to ''; '' to how events name the node
--      6. the same hashes of leases that this run had before
-- ARGV 1 'tell' or 'reap'  2 number of the call, one more than that of the last
--      3 about how many events the stream keeps, '' if the answer has them
--      4 ms for which the answer is kept
--   tell: 5 how events name the node; then for each event:
--      c or d, connected and disconnected; j or l, joined and left; or -
--      field of the hash  value: for c that of the field, for j and l what an
--      event about the room has behind its type  event without its number
--   reap, of a dead node: 5 cursor
-- Answer: number of events, cursor of the next call or 'end', the events, one a
--      line.
--
-- A call that has been answered is answered in the same way once more. What the
-- hashes say already is not told again. What can be refused comes first: a
-- server without memory refuses the first write.

local stream, number, rooms, kept, on = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local call, length = ARGV[2], ARGV[3]

local answered, events, at, text =
  string.match(redis.call('GET', kept) or '', '^(%d+) (%d+) (%w+)\n(.*)$')
if answered == call then return {tonumber(events), at, text} end

redis.call('INCRBY', number, 0)

local count, told = 0, {}
local function tell(event)
  local n = string.format('%.0f', redis.call('INCR', number))
  local whole = '{"n":' .. n .. ',' .. string.sub(event, 2)
  count = count + 1
  if length == '' then
    told[count] = whole
  else
    redis.call('XADD', stream, 'MAXLEN', '~', length, '*', 'n', n, 'd', whole)
  end
end

local function room_of(field) return string.match(field, '^%S+ (.*)$') end

-- What stood under an earlier lease of the same run is no news.
local function take_over(field)
  for i = 6, #KEYS do
    if redis.call('HDEL', KEYS[i], field) == 1 then return true end
  end
  return false
end

local function add(field, value)
  return redis.call('HSET', on, field, value) == 1 and not take_over(field)
end

local function drop(field)
  local here = redis.call('HDEL', on, field) == 1
  return take_over(field) or here
end

local function enter(room, rest)
  if redis.call('HINCRBY', rooms, room, 1) == 1 then
    tell('{"type":"room_occupied",' .. rest)
  end
end

local function leave(room, rest)
  if redis.call('HINCRBY', rooms, room, -1) <= 0 then
    redis.call('HDEL', rooms, room)
    tell('{"type":"room_vacated",' .. rest)
  end
end

local function hear(what, field, value, event)
  if what == 'c' and add(field, value) or what == 'd' and drop(field)
      or what == '-' then
    tell(event)
  elseif what == 'j' and add(field, '') then
    tell(event)
    enter(room_of(field), value)
  elseif what == 'l' and drop(field) then
    tell(event)
    leave(room_of(field), value)
  end
end

local function end_if_empty()
  if redis.call('HLEN', on) > 1 then return false end
  redis.call('DEL', on)
  return true
end

-- At most 200 entries a call.
local function reap(cursor)
  local most, removed = 200, 0
  local time = redis.call('TIME')
  local head = string.format('"time":%.0f,',
    time[1] * 1000 + math.floor(time[2] / 1000))
    .. (redis.call('HGET', on, '') or '"node":""') .. ','
  local found = redis.call('HSCAN', on, cursor, 'COUNT', most)
  local fields = found[2]
  for i = 1, #fields, 2 do
    local field, room = fields[i], room_of(fields[i])
    -- A small hash is scanned whole, whatever COUNT says: the rest is still
    -- there for the same cursor.
    if removed == most then return cursor end
    if field ~= '' then
      removed = removed + 1
      redis.call('HDEL', on, field)
      if room then
        leave(room, head .. '"room":' .. cjson.encode(room)
          .. ',"node_lost":true}')
      else
        tell('{"type":"disconnected",' .. head .. fields[i + 1]
          .. ',"connection":"' .. field .. '","code":1006,"node_lost":true}')
      end
    end
  end
  if found[1] == '0' and end_if_empty() then return 'end' end
  return found[1]
end

local cursor = 'end'
if ARGV[1] == 'reap' then
  cursor = reap(ARGV[5])
else
  redis.call('HSET', on, '', ARGV[5])
  for i = 6, #ARGV, 4 do
    hear(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
  end
  end_if_empty()
end

text = table.concat(told, '\n')
redis.call('SET', kept, call .. ' ' .. count .. ' ' .. cursor .. '\n' .. text,
           'PX', ARGV[4])
return {count, cursor, text}
