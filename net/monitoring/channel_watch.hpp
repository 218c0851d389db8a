#pragma once

#include "atrium/broker/bus.hpp"

#include <memory>
#include <string>
#include <vector>

namespace atrium {

/// Knows whether the bus lets this node listen to channels of each kind:
/// whoever may not is no good to clients, though its links are up. Listens to a
/// channel of a kind until that is answered; nobody publishes there.
class channel_watch {
public:
  /// A kind of channels, and one of it that stands for all.
  struct sample {
    std::string what; ///< E.g. `users`.
    std::string channel;
  };

  channel_watch(std::shared_ptr<class bus> bus, std::vector<sample> samples);

  /// Tries all kinds again when a link was lost meanwhile, since the server may
  /// have been told other rules, and lets go of what is answered. Called now
  /// and then, by one thread.
  void tick();

  /// Returns what is refused and why; empty if nothing is. Any thread.
  std::string refusal() const;

private:
  class channel_subscriber;

  struct probe {
    sample of;
    std::shared_ptr<channel_subscriber> answer;
    bus::subscription held;
  };

  std::shared_ptr<class bus> bus_;
  std::vector<probe> probes_;
  std::uint64_t losses_ = 0;
};

} // namespace atrium
