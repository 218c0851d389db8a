#pragma once

#include "atrium/broker/names.hpp"
#include "atrium/broker/redis/lease_script.hpp"
#include "atrium/broker/redis/redis_terms.hpp"
#include "atrium/broker/redis/resp.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

class lease_user;

/// Counters of a lease since its start: the metrics `atrium_lease_*`.
struct lease_stats {
  bool held = false;         ///< The others know that this node is alive.
  std::uint64_t lost = 0;    ///< Times that it stood no more: the node was
                             ///< taken for dead, or Redis has lost its data.
  std::uint64_t claimed = 0; ///< Leases of dead nodes that it was given.
  std::uint64_t reaped = 0;  ///< Entries of dead nodes that it has removed.
  std::uint64_t refused = 0; ///< Renewals that Redis has refused.
};

/// What a node has to say to Redis about its lease, one call at a time, and
/// what it makes of the answers. Pure state, for one thread.
///
///   none ──answer──▶ held ──link lost, or no renewal in time──▶ in doubt
///                     ▲                                             │
///                     └────────answer: the same id, or the next─────┘
class lease_queue {
public:
  using clock = std::chrono::steady_clock;

  lease_queue(const redis_terms& terms, channel_names names, std::string run,
              lease_timing timing);

  // -- from the node ----------------------------------------------------------

  /// Tells `who` of the lease from now on, first of the one that there is.
  void add(lease_user& who);

  void remove(lease_user& who);

  /// Returns whether no other node can have taken this one for dead.
  bool is_certain(clock::time_point now) const noexcept {
    return held_until_ && now < *held_until_;
  }

  /// Nothing stands any more under a lease of a dead node.
  void on_emptied(const std::string& lease_id, clock::time_point now);

  /// Shortens the lease to the time of grace, as the last thing.
  void leave(clock::time_point now);

  /// Does what is due.
  void tick(clock::time_point now);

  /// Returns when `tick` has to be called next.
  clock::time_point due() const;

  // -- from the client: see redis_caller --------------------------------------

  void on_up(clock::time_point now);
  void on_lost();
  void on_script(std::string_view sha);

  /// Without the script the lease runs out.
  void on_script_refused(std::string_view) noexcept {
    // nop
  }

  void compose(std::string& out, std::size_t limit, clock::time_point now);
  std::string_view on_reply(resp_reply reply, clock::time_point now);

  std::size_t unanswered() const noexcept {
    return sent_ ? 1 : 0;
  }

  /// Returns whether Redis knows that the node has left, or will not learn it.
  bool is_settled() const noexcept {
    return !is_up_ || (has_left_ && !sent_);
  }

  // -- what the last answer has said ------------------------------------------

  /// Leases of dead nodes that are this node's to empty before `claimed_until`.
  const std::vector<std::string>& claimed() const noexcept {
    return claimed_;
  }

  clock::time_point claimed_until() const noexcept {
    return claimed_until_;
  }

  /// Runs whose nodes are dead.
  std::shared_ptr<const std::vector<std::string>> dead_runs() const {
    return dead_runs_;
  }

  lease_stats stats() const;

private:
  std::string next_id() const;
  void doubt();
  void hold(std::string id);
  void confirm(clock::time_point until);
  void look_at_server();
  void give_up_claims();
  void count_claims(const std::vector<std::string>& now_claimed);
  void on_refused(resp_reply reply, clock::time_point now);

  const redis_terms& terms_;
  const channel_names names_;
  const std::string run_;
  const lease_timing timing_;
  lease_stats stats_;
  std::vector<lease_user*> users_;

  std::string id_;         // under which entries stand; empty: none so far
  std::uint64_t last_ = 0; // number of the newest id
  bool is_stale_ = false;  // its entries may be lost: the next one is needed

  /// The lease lasts until then at least; nothing: in doubt.
  std::optional<clock::time_point> held_until_;

  bool is_up_ = false;
  std::string sha_; // of the script; empty: Redis does not have it yet
  std::string incarnation_;
  clock::time_point next_{}; // when the lease is renewed
  std::optional<clock::time_point> sent_;
  bool leaves_ = false;
  bool has_left_ = false;

  std::vector<std::string> claimed_;
  clock::time_point claimed_until_{};
  std::vector<std::string> emptied_; // not told yet
  std::vector<std::string> telling_; // told in the call under way
  std::shared_ptr<const std::vector<std::string>> dead_runs_
    = std::make_shared<const std::vector<std::string>>();
};

} // namespace atrium
