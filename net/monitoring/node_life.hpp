#pragma once

#include <atomic>
#include <cstdint>

namespace atrium {

/// Where a node is on its way. It never goes back:
///
///   starting ──▶ running ──▶ draining ──▶ stopping ──▶ stopped
///      │                                     ▲
///      └───────── could not start ───────────┘
enum class node_phase : std::uint8_t {
  starting, ///< Not listening yet.
  running,
  draining, ///< Load balancers are to notice; whoever comes is still served.
  stopping, ///< Nobody is let in any more, clients and actors go.
  stopped
};

/// Returns the phase as it is called in reports.
constexpr const char* to_string(node_phase x) {
  constexpr const char* names[]
    = {"starting", "running", "draining", "stopping", "stopped"};
  return names[static_cast<std::size_t>(x)];
}

/// The phase of a node, written by the thread of `main` and read by any.
/// Whoever counts itself first and then looks at the phase is waited for or
/// sees the stop: sequentially consistent.
class node_life {
public:
  node_phase phase() const {
    return phase_.load();
  }

  /// Goes on to a later phase; false, and nothing changes, if `next` is not
  /// later.
  bool advance(node_phase next) {
    auto now = phase();
    while (now < next)
      if (phase_.compare_exchange_weak(now, next))
        return true;
    return false;
  }

  /// Whether new clients are served.
  bool lets_in() const {
    return phase() <= node_phase::draining;
  }

  /// Whether those who are served should go to another node next time.
  bool is_leaving() const {
    return phase() >= node_phase::draining;
  }

  /// Whether load balancers should send clients here.
  bool wants_clients() const {
    return phase() == node_phase::running;
  }

private:
  std::atomic<node_phase> phase_ = node_phase::starting;
};

} // namespace atrium
