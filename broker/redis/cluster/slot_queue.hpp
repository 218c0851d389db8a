#pragma once

#include "atrium/broker/redis/cluster/cluster_command.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace atrium {

/// The commands of one slot that are not in flight, in the order in which they
/// were composed, and what is known of those that are. Pure state.
///
/// All commands in flight are with one server. One that bounces comes back to
/// its place.
class slot_queue {
public:
  using clock = std::chrono::steady_clock;

  explicit slot_queue(std::uint16_t slot) : number_(slot) {
    // nop
  }

  slot_queue(const slot_queue&) = delete;
  slot_queue& operator=(const slot_queue&) = delete;

  std::uint16_t number() const noexcept {
    return number_;
  }

  // -- what waits -------------------------------------------------------------

  /// Returns the oldest, or null.
  cluster_command* front() const noexcept {
    return first_;
  }

  /// Adds the newest of all.
  void push(cluster_command& x) noexcept;

  /// Takes all that `is_meant` out.
  template <class Predicate>
  std::vector<cluster_command*> take_if(Predicate is_meant) {
    std::vector<cluster_command*> result;
    auto** at = &first_;
    last_ = nullptr;
    while (auto* x = *at) {
      if (is_meant(*x)) {
        *at = x->next;
        result.push_back(x);
      } else {
        last_ = x;
        at = &x->next;
      }
    }
    return result;
  }

  // -- what is in flight ------------------------------------------------------

  /// Sends the oldest to that server.
  cluster_command& send_to(server_lane& to) noexcept;

  /// One of those in flight was served, or lost.
  void on_gone() noexcept {
    --in_flight_;
  }

  void on_served() noexcept {
    trouble_.reset();
  }

  /// One of those in flight had no effect: it waits again. None goes out before
  /// `until`.
  void on_bounce(cluster_command& x, clock::time_point now,
                 clock::time_point until) noexcept;

  /// Nobody has the slot.
  void on_nobody(clock::time_point now) noexcept {
    resumes_ = std::max(resumes_, now);
    if (!trouble_)
      trouble_ = now;
  }

  std::size_t in_flight() const noexcept {
    return in_flight_;
  }

  /// Returns who has them; says nothing if there are none.
  server_lane* with() const noexcept {
    return with_;
  }

  /// Returns when the next one may be sent, if the last one was not served.
  clock::time_point resumes() const noexcept {
    return resumes_;
  }

  /// Returns since when no command was served, if the last one was not.
  std::optional<clock::time_point> trouble() const noexcept {
    return trouble_;
  }

  bool is_idle() const noexcept {
    return first_ == nullptr && in_flight_ == 0 && listed_with == nullptr;
  }

  /// The server on whose list of slots with something to send this one is.
  server_lane* listed_with = nullptr;

private:
  const std::uint16_t number_;
  cluster_command* first_ = nullptr; // linked by `next`
  cluster_command* last_ = nullptr;
  std::size_t in_flight_ = 0;
  server_lane* with_ = nullptr;
  clock::time_point resumes_{};
  std::optional<clock::time_point> trouble_;
};

} // namespace atrium
