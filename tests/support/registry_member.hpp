#pragma once

#include "atrium/broker/redis/redis_node_registry.hpp"

#include "support/redis_fixture.hpp"

#include <future>
#include <string>
#include <utility>
#include <vector>

namespace atrium::test {

using lines = std::vector<std::string>;

inline settings<redis_node_registry>
registry_config(const redis_place& where, const std::string& run, node_registry_timing timing) {
  settings<redis_node_registry> config;
  static_cast<redis_client_config&>(config) = quick_config(where);
  config.timing = timing;
  config.report = [run] { return node_info{"of " + run, run, "1", 0, 3, 0, 0, 0, "", ""}; };
  return config;
}

/// Asks a registry who is there, and waits for the answer.
inline node_listing list(node_registry& from,
                         std::chrono::milliseconds patience = std::chrono::seconds{2}) {
  std::promise<node_listing> told;
  from.list(patience, [&](node_listing x) { told.set_value(std::move(x)); });
  return told.get_future().get();
}

/// A node that is in the registry until it stops, or crashes without a word.
struct registry_member {
  registry_member(const redis_place& where, const std::string& run,
                  node_registry_timing timing = {std::chrono::milliseconds{20},
                                                 std::chrono::seconds{1}, std::chrono::seconds{1}})
    : registry(registry_config(where, run, timing)) {
    registry.start();
  }

  node_listing list(std::chrono::milliseconds patience = std::chrono::seconds{2}) {
    return test::list(registry, patience);
  }

  /// Returns the runs of who is listed; `!` stands for a silent one.
  lines runs() {
    lines result;
    for (auto& x : list().nodes)
      result.push_back(x.report.run + (x.silent ? "!" : ""));
    return result;
  }

  bool lists(const lines& expected) {
    return eventually([&] { return runs() == expected; });
  }

  own_node_registry registry;
};

} // namespace atrium::test
