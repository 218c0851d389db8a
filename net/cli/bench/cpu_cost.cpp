#include "atrium/net/cli/bench/cpu_cost.hpp"

#include <algorithm>

namespace atrium::bench {

usage since(const usage& before, const usage& after) {
  // Memory may shrink, and an unsigned difference would wrap.
  auto grown = std::max(after.resident, before.resident) - before.resident;
  return {after.cpu - before.cpu, grown};
}

double seconds_of(std::chrono::nanoseconds x) {
  return std::chrono::duration<double>{x}.count();
}

void add_cpu(report& out, const usage* server, const usage& own, double seconds,
             double units, const std::string& unit) {
  // Rates depend on the other load of a shared machine; the CPU of a unit of
  // work depends on it less.
  auto per_unit
    = [=](const usage& x) { return seconds_of(x.cpu) * 1e6 / units; };
  auto cores = [=](const usage& x) { return seconds_of(x.cpu) / seconds; };
  auto label = "CPU per " + unit;
  std::replace(label.begin(), label.end(), '_', ' ');
  if (server != nullptr) {
    out.add("server_cpu_us_per_" + unit, "server " + label, per_unit(*server),
            "us", 3);
    out.add("server_cores", "server CPU", cores(*server), "cores", 3);
  }
  out.add("generator_cpu_us_per_" + unit, "generator " + label, per_unit(own),
          "us", 3);
  out.add("generator_cores", "generator CPU", cores(own), "cores", 3);
  constexpr auto whole_core = 0.95;
  constexpr auto hardly_any = 0.05;
  // A generator without spare CPU delays its own measurements: rates and
  // latencies are then those of the generator.
  auto dearer
    = server != nullptr && own.cpu > server->cpu && cores(own) > hardly_any;
  if (dearer || cores(own) > whole_core)
    out.note(
      "the generator was the bottleneck: it used "
      + std::string{dearer ? "more CPU than the server" : "a whole core"});
}

} // namespace atrium::bench
