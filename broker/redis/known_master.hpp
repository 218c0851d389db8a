#pragma once

#include "atrium/broker/redis/redis_address.hpp"

#include <chrono>
#include <cstdint>

namespace atrium {

/// Which server is the master, by what sentinels have said. They do not hear of
/// a failover at the same time, so the one that answers may be behind the one
/// that told of it: what comes with an older epoch (`config-epoch`, which each
/// failover raises) is no news. But epochs begin anew where sentinels do, so
/// that is believed as well when nobody has named the known master for a while,
/// and it does not serve.
/// Pure state, for one thread.
class known_master {
public:
  using steady = std::chrono::steady_clock::time_point;

  /// For so long a master counts that was named.
  static constexpr std::chrono::seconds trust{30};

  enum class verdict {
    same,     ///< Also if it is the first.
    moved,    ///< It is another one now.
    outdated, ///< The sentinel has not heard of the known one yet.
  };

  /// Takes what a sentinel has answered.
  /// The known one may work all the same (`serves`), if nobody names it.
  verdict on_answer(const redis_host& master, std::uint64_t epoch, steady now,
                    bool serves = false);

  /// Takes what a sentinel tells by itself. Returns whether it is another one
  /// now. If not, it may be news all the same when it leads away from one that
  /// is not the known one: sentinels have to be asked.
  bool on_move(const redis_host& from, const redis_host& to, steady now);

  /// Returns the master; its name is empty as long as none is known.
  const redis_host& get() const noexcept {
    return master_;
  }

private:
  bool knows() const noexcept {
    return !master_.name.empty();
  }

  redis_host master_;
  std::uint64_t epoch_ = 0; // at least
  steady named_at_{};
};

} // namespace atrium
