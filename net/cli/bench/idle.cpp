#include "atrium/net/cli/bench/idle.hpp"

namespace atrium::bench {

std::string idle::run(report& out) {
  auto start = steady::now();
  if (auto error = gather(); !error.empty())
    return error;
  auto gathered = steady::now();
  // The work of upgrades and joins ends meanwhile.
  work(gathered + options_.warmup);
  auto from = steady::now();
  auto server = usage_of(options_.pids);
  auto own = own_usage();
  work(from + options_.duration);
  auto seconds = seconds_of(steady::now() - from);
  out.add("connections", "connections", open_);
  out.add("connect_seconds", "connected in", seconds_of(gathered - start), "s",
          3);
  out.add("seconds", "measured", seconds, "s", 3);
  add_cpu(out, since(server, usage_of(options_.pids)), since(own, own_usage()),
          // This unit depends neither on the duration nor on the number.
          seconds, seconds * static_cast<double>(swarm_.size()),
          "connection_second");
  add_memory(out);
  add_trouble(out);
  disperse();
  return {};
}

std::string idle::progress() {
  return std::to_string(open_) + " of " + std::to_string(swarm_.size())
         + " connections";
}

} // namespace atrium::bench
