#pragma once

#include "atrium/broker/event_sink.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace atrium {

/// What a sink was told and nobody has taken yet, with the bound and the policy
/// that `event_sink` promises. Any thread.
class event_backlog {
public:
  using clock = std::chrono::steady_clock;

  /// The bytes that wait `beyond` the backlog are within the same bound. It is
  /// called under a lock.
  explicit event_backlog(
    std::size_t max_bytes,
    std::function<std::size_t()> beyond = [] { return std::size_t{0}; })
    : beyond_(std::move(beyond)), max_bytes_(max_bytes) {
    // nop
  }

  /// Adds an event; false if the event is dropped, or is of no use to anybody.
  bool report(backend_event x);

  /// Takes the oldest events, as many and of as many bytes at most, though one
  /// if there is any. They count for the bound until they are released.
  std::vector<backend_event> take(std::size_t most, std::size_t most_bytes);

  /// What was taken has gone out, or waits beyond the backlog.
  void release();

  /// Has another bound from now on; what waits stays.
  void resize(std::size_t max_bytes);

  bool is_empty() const;

  /// Adds what it counts: `waiting`, `bytes` and `dropped`.
  void count(event_sink_stats& to) const;

private:
  bool drop();

  const std::function<std::size_t()> beyond_;
  mutable std::mutex mutex_;
  std::size_t max_bytes_;
  std::deque<backend_event> waiting_;
  std::size_t bytes_ = 0; // of those
  std::size_t taken_ = 0; // bytes that were taken and not released
  std::unordered_set<std::string> there_; // arrivals that were let in
  std::uint64_t dropped_ = 0;
  clock::time_point told_{}; // when the log has told of that
};

} // namespace atrium
