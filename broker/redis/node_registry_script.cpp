#include "atrium/broker/redis/node_registry_script.hpp"

#include "atrium/broker/redis/resp.hpp"

namespace atrium {

void append_heartbeat(std::string& out, std::string_view sha,
                      const node_registry_keys& keys,
                      const node_registry_timing& timing, std::string_view run,
                      std::string_view report) {
  append_command(out, {"EVALSHA", sha, "2", keys.heartbeats, keys.reports, run,
                       report, std::to_string(timing.lease.count()),
                       std::to_string(timing.keep.count()),
                       std::to_string(timing.most_silent)});
}

// Not one script: Redis would do nothing else while it puts the answer
// together. Who comes or goes between the three is in only one of the answers
// and left out. The time has no key, and of many servers it goes to the one to
// which the command before it goes.
void append_registry_reading(std::string& out, const node_registry_keys& keys,
                             std::size_t max_rows) {
  append_command(out, {"ZRANGE", keys.heartbeats, "0",
                       std::to_string(max_rows - 1), "REV", "WITHSCORES"});
  append_command(out, {"TIME"});
  append_command(out, {"HGETALL", keys.reports});
}

} // namespace atrium
