#pragma once

#include "atrium/actors/bus_messages.hpp"
#include "atrium/actors/room/stretch.hpp"
#include "atrium/actors/util/semaphore.hpp"

#include <cstdint>
#include <memory>
#include <utility>

namespace atrium {

/// What was last read of a room's history for clients that come back, and what
/// members have got since: after an outage clients come for seconds, and each
/// of them would cost a reading. All that is in here belongs to the epoch that
/// the room knows, and ends where the members are at the latest.
///
/// Bounded by the bytes that all rooms of the node may keep, and by a part of
/// that for this one. What finds no place is not kept: the history is read. For
/// one thread, but for the bound.
class replay_cache {
public:
  replay_cache() = default;
  replay_cache(const replay_cache&) = delete;
  replay_cache& operator=(const replay_cache&) = delete;

  ~replay_cache() {
    clear();
  }

  /// `bound` is that of all rooms together.
  void start(std::shared_ptr<semaphore> bound) {
    bound_ = std::move(bound);
  }

  bool is_empty() const noexcept {
    return kept_.messages.empty();
  }

  const stretch& messages() const noexcept {
    return kept_;
  }

  /// Keeps what was read. `at` is where the members are: what comes after that
  /// is not kept, nor a history that does not have this position.
  void keep(const stretch& x, std::uint64_t at);

  /// Members get this.
  void note(const incoming& x);

  /// Forgets everything.
  void clear();

private:
  void append(const stretch& x);

  std::shared_ptr<semaphore> bound_;
  stretch kept_; ///< Its bytes are taken from the bound.
};

} // namespace atrium
