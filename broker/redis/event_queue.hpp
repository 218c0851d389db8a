#pragma once

#include "atrium/broker/event_backlog.hpp"
#include "atrium/broker/names.hpp"
#include "atrium/broker/redis/event_script.hpp"
#include "atrium/broker/redis/redis_terms.hpp"
#include "atrium/broker/redis/script_gate.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace atrium {

/// Writes events to Redis (events.lua), one batch after the other, under the
/// lease of the node, and those of dead nodes. A batch without an answer is
/// repeated, and recognised. Pure state, for one thread.
///
/// Under another lease than before, or to another server, all is told again:
/// what still stands under an earlier lease moves without a word, and what is
/// gone, since others have ended it or Redis has lost it, is told once more.
class event_queue {
public:
  using clock = std::chrono::steady_clock;

  /// What goes into one call.
  static constexpr std::size_t max_batch = 100;
  static constexpr std::size_t max_batch_bytes = std::size_t{64} << 10;

  /// How long Redis is left alone when it refuses a call.
  static constexpr std::chrono::seconds refusal_pause{1};

  /// Takes events from `from`; it and `terms` have to outlive the queue. `now`
  /// is the time that events get which are told again.
  event_queue(const redis_terms& terms, event_queue_config config,
              event_backlog& from, std::function<unix_time()> now);

  void on_lease(const std::string& id);

  void on_doubt() noexcept {
    has_lease_ = false;
  }

  void on_up(clock::time_point now);
  void on_lost();
  void on_script(std::string_view sha);
  void on_script_refused(std::string_view error);

  /// Ends what stands under the lease of a dead node, see `take_reaped`.
  void reap(const std::string& lease_id);

  /// Whether events that come back can be taken.
  void allow(bool yes) noexcept {
    is_allowed_ = yes;
  }

  /// Nothing more is reported: a lease without events is marked no more.
  void leave() noexcept {
    leaves_ = true;
  }

  /// Appends the next call, if there is one.
  void compose(std::string& out, std::size_t limit, clock::time_point now);

  std::size_t unanswered() const noexcept {
    return sent_.size();
  }

  /// Takes the answer; returns why the link must be dropped, or nothing.
  std::string_view on_reply(resp_reply reply, clock::time_point now);

  void tick(clock::time_point now);

  std::optional<clock::time_point> next_tick() const;

  /// Returns whether Redis has heard all that can be told now.
  bool is_settled() const;

  /// Returns whether Redis has heard what was taken from the backlog.
  bool has_told() const noexcept;

  /// Returns events that came back, since there is no stream.
  std::vector<std::string> take_told() {
    return std::exchange(told_, {});
  }

  /// Returns leases of dead nodes under which nothing is left.
  std::vector<std::string> take_reaped() {
    return std::exchange(reaped_, {});
  }

  /// Adds what it counts.
  void count(event_sink_stats& to) const;

private:
  enum class verb : std::uint8_t { list, tell, reap, unlist };

  struct corpse {
    std::string lease_id;
    std::string cursor = "0";
  };

  bool is_open() const noexcept;
  bool is_done() const;
  bool fill();
  bool fill_again();
  void tell_again();
  void on_refused(verb what, resp_reply error, clock::time_point now);
  void write_listing(std::string_view command, verb what, std::string& out);
  void on_told(const event_answer& x);
  void on_reap(const event_answer& x);
  void note(const event_line& x);

  const redis_terms& terms_;
  const event_queue_config config_;
  event_backlog& from_;
  const std::function<unix_time()> now_;
  script_gate gate_;
  std::optional<clock::time_point> pause_;
  bool has_lease_ = false;
  bool is_allowed_ = true;
  bool leaves_ = false;
  std::string lease_id_;            // the latest; empty: none yet
  std::vector<std::string> former_; // under which something may stand
  std::string told_to_;             // incarnation of the server; empty: none
  bool is_listed_ = false;          // in the set of the lease
  bool must_list_ = false;          // whatever else there is to say

  std::deque<verb> sent_;         // have no answer yet
  std::vector<event_line> batch_; // is to be told, maybe again
  std::string batch_lease_;       // under which it was sent first
  bool was_sent_ = false;         // the batch, or the reap
  std::optional<corpse> reaping_; // in the same way
  bool reaped_last_ = false;      // both have their turns
  std::uint64_t number_ = 1;      // of the call
  std::unordered_map<std::string, std::string> there_; // field to user
  std::deque<std::string> again_;                      // fields to be told
  std::deque<corpse> corpses_;
  std::vector<std::string> told_;
  std::vector<std::string> reaped_;
  std::uint64_t delivered_ = 0;
  std::uint64_t repeated_ = 0;
};

} // namespace atrium
