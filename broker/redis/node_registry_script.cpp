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

} // namespace atrium
