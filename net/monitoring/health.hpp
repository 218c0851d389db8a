#pragma once

#include "atrium/net/monitoring/bus_probe.hpp"
#include "atrium/net/monitoring/liveness_probe.hpp"
#include "atrium/net/monitoring/node_life.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace atrium {

/// What is told to whoever asks how the node is.
struct health_report {
  bool ok = false;
  std::string json; ///< The same with one entry, and a reason, for each check.
};

/// Knows whether the node is alive (every part has answered within 2 seconds)
/// and ready for clients (it listens and lets newcomers in, means to stay, a
/// message has gone through the bus and come back within 5 seconds, and the bus
/// refuses neither writes nor any kind of channels). Asks when `tick` is
/// called; reports only look at what is known, and never wait.
class health {
public:
  using clock = std::chrono::steady_clock;

  /// Has somebody call `answer()` of the probe, soon and from the thread that
  /// is to be checked.
  using question = std::function<void(std::shared_ptr<liveness_probe>)>;

  struct part {
    std::string name;
    question ask;
    std::shared_ptr<liveness_probe> probe = std::make_shared<liveness_probe>();

    /// Whether it is somebody else's fault that there is no answer, which a
    /// restart would not mend. May be empty.
    std::function<bool()> is_held_up = {};
  };

  /// Returns why newcomers are turned away; nothing if they are not.
  using admission_check = std::function<std::string()>;

  health(std::vector<part> parts, std::unique_ptr<bus_probe> bus,
         std::shared_ptr<const node_life> life, admission_check admission,
         std::function<clock::time_point()> now = clock::now);

  /// Asks everybody. To be called once a second, by one thread.
  void tick();

  /// Should the node be restarted? Any thread.
  health_report live() const;

  /// Should clients be sent here? Any thread.
  health_report ready() const;

  /// How long a message was under way that has gone through the bus and come
  /// back; nothing before the first. Any thread.
  std::optional<clock::duration> bus_round_trip() const {
    return bus_->round_trip();
  }

private:
  std::string why_nobody_is_let_in() const;

  std::vector<part> parts_;
  std::unique_ptr<bus_probe> bus_;
  std::shared_ptr<const node_life> life_;
  admission_check admission_;
  std::function<clock::time_point()> now_;
  clock::time_point start_;
};

} // namespace atrium
