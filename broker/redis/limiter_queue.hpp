#pragma once

#include "atrium/broker/log/bus_log.hpp"
#include "atrium/broker/redis/limiter_script.hpp"
#include "atrium/broker/redis/resp.hpp"
#include "atrium/broker/user_connections.hpp"

#include <chrono>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// How a limiter in Redis keeps its leases, and its patience.
struct limiter_timing {
  /// Places of a node that has crashed are free after this time.
  std::chrono::milliseconds lease{60'000};

  /// Without an answer of Redis in this time the node decides alone.
  std::chrono::milliseconds patience{2'000};
};

/// What a limiter has to tell Redis and what it makes of the answers. What
/// comes and goes is told first; besides, all leases are renewed, evenly spread
/// over a third of the lease, which also restores what Redis has lost: every
/// lease with the age that it has, so that it does not matter which node speaks
/// first. Pure state, for one thread.
class limiter_queue {
public:
  using clock = std::chrono::steady_clock;
  using key_function = std::function<std::string(std::string_view user)>;

  /// What waits for Redis takes so much memory at most. Above that the node
  /// decides about arrivals alone, and passes departures on no more: those go
  /// by the lease.
  static constexpr std::size_t max_waiting_bytes = std::size_t{16} << 20;

  /// How often `tick` has to be called.
  static constexpr std::chrono::milliseconds tick_time{500};

  /// Places of dead runs are free at once, not only when their time is up.
  limiter_queue(limiter_config config, limiter_timing timing, key_function key,
                bus_log log, dead_runs_function dead_runs = nullptr);

  // -- from the node ----------------------------------------------------------

  void enter(const std::string& user, newcomer who,
             connection_limiter::answer done, clock::time_point now);

  void leave(const std::string& user, std::uint64_t connection);

  void change_rules(std::size_t most, surplus_policy policy); ///< From now on.

  /// Decides alone what has waited too long, and renews some of the leases.
  void tick(clock::time_point now);

  /// Decides everything that waits for an answer.
  void decide_all();

  // -- from the client: see redis_caller --------------------------------------

  void on_up(clock::time_point now);
  void on_lost();
  void on_script(std::string_view sha);
  void on_script_refused(std::string_view error);
  void compose(std::string& out, std::size_t limit, clock::time_point now);
  std::string_view on_reply_to(std::size_t which, resp_reply reply,
                               clock::time_point now);

  std::size_t unanswered() const noexcept {
    return in_flight_.size();
  }

  /// Returns whether Redis knows all that it can.
  bool is_settled() const noexcept {
    return !usable() || (waiting_.empty() && in_flight_.empty());
  }

  /// Returns the counters of the queue.
  limiter_stats stats() const;

private:
  enum class verb : std::uint8_t { enter, renew, leave };

  struct job {
    verb what;
    std::string user;
    newcomer who;
    connection_limiter::answer done; // of an enter that is not decided
    clock::time_point deadline{};

    /// What it takes while it waits, in bytes.
    std::size_t memory() const noexcept {
      auto result = sizeof(job) + user.size();
      for (auto& id : who.silent)
        result += sizeof(std::string) + id.size();
      return result;
    }
  };

  enum class script : std::uint8_t { unknown, ready, refused };

  bool usable() const noexcept {
    return script_ == script::ready;
  }

  bool has_room() const noexcept {
    return waiting_bytes_ < max_waiting_bytes;
  }

  void push(job x);
  void tell_departure(const std::string& user, std::uint64_t connection);
  void write(const job& x, std::string& out);
  void renew_some(std::string& out, std::size_t limit, clock::time_point now);
  void repeat(job x);
  void on_refused(job x, resp_reply error);
  void on_leases(job& x, resp_reply reply);
  void on_own_lease(job& x, std::string_view since, lease_decision& result);

  template <class Predicate>
  void decide_if(Predicate due);

  void decide_alone(job& x);
  void answer(job& x, const lease_decision& result);
  void evict(const std::string& user, const std::string& connection);

  limiter_config config_;
  const limiter_timing timing_;
  const key_function key_;
  const bus_log log_;
  const dead_runs_function dead_runs_;
  user_connections connections_;
  limiter_stats stats_;
  script script_ = script::unknown; // to the Redis of this connection
  bool is_lost_ = false;            // was there, and will be back
  std::string sha_;                 // its name there
  std::deque<job> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::size_t repeated_ = 0; // so many at the front wait for the second time
  std::deque<job> in_flight_;
  std::vector<std::string> round_; // users whose leases are still to be renewed
  std::size_t per_tick_ = 0;
  std::size_t quota_ = 0; // of them until the next tick
  clock::time_point next_round_{};
};

} // namespace atrium
