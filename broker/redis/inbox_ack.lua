-- Moves the cursor of a device of a user, and removes what every device has
-- (inbox.lua).
--
-- KEYS 1 U:in  2 U:cur
-- ARGV 1 device  2 id  3 time of the rule, in ms  4 lifetime of the keys, in
--      seconds
-- Answer: messages that were removed.

local now = now_ms()
local cursors, top, acked, old = read_cursors(KEYS[2], ARGV[1], now,
                                              tonumber(ARGV[3]))
local id = ARGV[2]
-- Given out before the server lost its data. Then what the inbox has now is not
-- what this device has had, not even where it is older.
if is_before(top, id) or top == '0-0' then return 0 end

local own = cursors[ARGV[1]]
if own and is_before(id, own.id) then id = own.id end
write_cursor(KEYS[2], cursors, old, ARGV[1], id, now)
if is_before(acked, id) then redis.call('HSET', KEYS[2], '*', id) end
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('EXPIRE', KEYS[2], ARGV[4])

local least = id
for _, x in pairs(cursors) do
  if is_before(x.id, least) then least = x.id end
end
if least == '0-0' then return 0 end
return redis.call('XTRIM', KEYS[1], 'MINID', least)
  + redis.call('XDEL', KEYS[1], least)
