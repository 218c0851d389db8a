#include "atrium/net/cli/bench/bench_options.hpp"

namespace atrium::bench {

const std::map<std::string, scenario>& scenarios() {
  static const std::map<std::string, scenario> all
    = {{"fanout", scenario::fanout},     {"chat", scenario::chat},
       {"direct", scenario::direct},     {"broadcast", scenario::broadcast},
       {"idle", scenario::idle},         {"churn", scenario::churn},
       {"storm", scenario::storm},       {"recover", scenario::recover},
       {"presence", scenario::presence}, {"api", scenario::api}};
  return all;
}

std::string to_string(scenario what) {
  for (const auto& [name, value] : scenarios())
    if (value == what)
      return name;
  return {};
}

} // namespace atrium::bench
