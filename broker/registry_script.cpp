#include "atrium/broker/registry_script.hpp"

#include "atrium/broker/resp.hpp"

namespace atrium {

// A table of a handful of entries is read whole. The oldest is the one with the
// least `since`, and of two that came in the same millisecond the one whose id
// sorts first, so that all nodes agree.
const std::string_view registry_script = R"(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lease, most, policy = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local since, count, losers = {}, 0, {}

local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local from, till = string.match(fields[i + 1], '^(%d+):(%d+)$')
  if till and tonumber(till) > now then
    since[fields[i]] = tonumber(from)
    count = count + 1
  else
    redis.call('HDEL', KEYS[1], fields[i])
  end
end

local function oldest(but)
  local found
  for id, from in pairs(since) do
    if id ~= but and (not found or from < since[found]
                      or (from == since[found] and id < found)) then
      found = id
    end
  end
  return found
end

for i = 4, #ARGV, 2 do
  local id, from = ARGV[i], tonumber(ARGV[i + 1])
  if not since[id] then
    since[id] = from and math.min(from, now) or now
    count = count + 1
    if count > most then
      local loser = id
      if policy == 'kick_oldest' then
        loser = oldest(not from and id) or id
      end
      since[loser] = nil
      count = count - 1
      losers[#losers + 1] = loser
      redis.call('HDEL', KEYS[1], loser)
    end
  end
  if since[id] then
    redis.call('HSET', KEYS[1], id, since[id] .. ':' .. (now + lease))
  end
end
if count > 0 then
  redis.call('PEXPIRE', KEYS[1], lease)
end
return losers
)";

void append_registry_call(std::string& out, std::string_view sha,
                          std::string_view key, std::chrono::milliseconds lease,
                          const registry_config& config, std::size_t seats) {
  constexpr std::size_t fixed_args = 7;
  append_command_head(out, fixed_args + 2 * seats);
  append_argument(out, "EVALSHA");
  append_argument(out, sha);
  append_argument(out, "1");
  append_argument(out, key);
  append_argument(out, std::to_string(lease.count()));
  append_argument(out, std::to_string(config.most));
  append_argument(out, config.policy == surplus_policy::reject ? "reject"
                                                               : "kick_oldest");
}

void append_seat(std::string& out, const registry_config& config,
                 const seat_table::seat& x, bool fresh) {
  append_argument(out, config.node + '-' + std::to_string(x.connection));
  append_argument(out, fresh ? std::string{} : std::to_string(x.since));
}

} // namespace atrium
