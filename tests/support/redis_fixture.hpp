#pragma once

#include "support/own_redis.hpp"
#include "support/redis_server.hpp"
#include "support/subscriber_log.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace atrium::test {

/// Runs a test with a server of its own, or not at all without redis-server.
template <class F>
void with_redis(F&& test) {
  if (!redis_server::is_installed())
    return;
  redis_server server;
  test(server);
}

/// Returns a configuration that reconnects without much waiting.
inline bus_settings quick_config(const redis_place& where) {
  bus_settings config;
  lead_to(config, where);
  config.client_name = "node";
  config.backoff_floor = std::chrono::milliseconds{2};
  config.backoff_cap = std::chrono::milliseconds{20};
  return config;
}

/// Keeps what a bus logs.
class log_probe {
public:
  /// Returns a log that may outlive the probe.
  bus_log sink() {
    return [to = state_](const log::record& x) {
      std::lock_guard guard{to->mutex};
      to->text.append(log::to_text(x)).append("\n");
    };
  }

  bool has(std::string_view part) const {
    std::lock_guard guard{state_->mutex};
    return state_->text.find(part) != std::string::npos;
  }

private:
  struct state {
    std::mutex mutex;
    std::string text;
  };

  std::shared_ptr<state> state_ = std::make_shared<state>();
};

/// Waits until both links are up.
inline bool is_connected(const bus& subject) {
  return eventually([&] { return subject.stats().connected; });
}

/// Waits until a link was lost since `reconnects` were counted and both are up.
inline bool is_repaired(const bus& subject, std::uint64_t reconnects = 0) {
  auto repaired
    = [&](const bus_stats& stats) { return stats.connected && stats.reconnects > reconnects; };
  return eventually([&] { return repaired(subject.stats()); });
}

/// Publishes and waits for the receipt; `internal` if none comes.
inline errc publish_and_wait(bus& to, const std::string& channel, const std::string& text) {
  receipt_probe receipts;
  to.publish(channel, bytes(text), receipts.make());
  if (!eventually([&] { return receipts.all_once(); }))
    return errc::internal;
  for (auto code : {errc::none, errc::bus_unavailable})
    if (receipts.count(code) == 1)
      return code;
  return errc::timeout;
}

} // namespace atrium::test
