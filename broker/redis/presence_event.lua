-- How rooms are told who comes and goes. Stands in front of the scripts that do
-- so (presence.lua, presence_reap.lua).

local function quoted(text)
  return '"' .. string.gsub(text, '[%z\1-\31"\\]', function(c)
    if c == '"' or c == '\\' then return '\\' .. c end
    return string.format('\\u%04x', string.byte(c))
  end) .. '"'
end

-- Returns a function that tells an event, whose it is (or nil), and how many are
-- there after it: the same bytes as `encode_presence` makes.
local function announcer(room, channel, publish)
  local head, now
  return function(event, user, present)
    if not head then
      local time = redis.call('TIME')
      now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
      head = '0:{"type":"presence_event","room":' .. quoted(room)
        .. ',"event":"'
    end
    redis.call(publish, channel, head .. event
      .. (user and '","user":' .. quoted(user) or '"')
      .. ',"present":' .. present .. ',"ts":' .. now .. '}')
  end
end

