#pragma once

#include "atrium/broker/redis/command_queue.hpp"
#include "atrium/broker/redis/history_counters.hpp"
#include "atrium/broker/redis/history_script.hpp"
#include "atrium/broker/redis/publish_job.hpp"
#include "atrium/broker/redis/redis_terms.hpp"
#include "atrium/broker/redis/script_gate.hpp"

#include <cstddef>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace atrium {

/// One publish that is to be kept.
struct append_job : publish_job {
  history_rule rule;
  std::string event_id;
  bool is_chosen = false;
};

/// Holds the publishes to logs without an answer:
///
///     push ──▶ waiting ──compose──▶ in flight ──on_reply──▶ receipt
///                 ▲                     │
///                 └──────on_lost────────┘
///
/// A channel has one call in flight; what is published to it meanwhile goes
/// into the next call, all together. So nothing overtakes, whatever becomes of
/// a call: one that had no effect is repeated, and so is one whose answer was
/// lost, since the log knows what it has kept. That ends with the deadline of
/// each publish. Its bounds are those of the accounting. Each receipt is told
/// exactly once.
class append_queue final : public command_queue {
public:
  /// What goes into one call: so many messages, and of more than one no more
  /// bytes than that.
  static constexpr std::size_t max_batch = 64;
  static constexpr std::size_t max_batch_bytes = std::size_t{64} << 10;

  /// All have to outlive the queue.
  append_queue(const redis_terms& terms, publish_accounting& accounting,
               history_counters& counters, bus_log log = {})
    : terms_(terms),
      accounting_(accounting),
      counters_(counters),
      log_(std::move(log)) {
    // nop
  }

  /// Appends an admitted publish; deadlines never decrease from job to job.
  void push(append_job what);

  void compose(std::string& out, std::size_t limit) override;
  bool on_reply_to(std::size_t which, resp_reply reply) override;
  void on_lost() override;
  void on_up() override;
  void on_script(std::string_view sha) override;
  void on_script_refused(std::string_view error) override;
  void tick(clock::time_point now) override;
  std::optional<clock::time_point> next_tick() const override;
  void fail_all() override;

  std::size_t in_flight() const noexcept override {
    return in_flight_.size();
  }

private:
  struct channel_jobs;
  using channel_map = std::unordered_map<std::string, channel_jobs>;
  using entry = channel_map::value_type; // stays in place

  struct job : append_job {
    entry* in = nullptr;
    bool is_called = false; // in flight
    bool was_sent = false;  // once, at least, without an answer
    bool is_late = false;   // told; its answer still comes
  };

  using job_list = std::list<job>;

  /// Oldest first; the first `called` of them are in flight.
  struct channel_jobs {
    std::deque<job_list::iterator> jobs;
    std::size_t called = 0;
    bool is_ready = false; // stands in `ready_`
  };

  void call(entry& what, std::string& out);
  void settle_called(entry& of, resp_reply reply,
                     const std::vector<history_place>& places);
  void repeat(entry& what, bool was_sent);
  void remove_called(channel_jobs& of);
  void make_ready(entry& what, bool first);
  void fail_ready();
  void forget(entry& what);
  void settle(job& x, publish_receipt receipt);
  void erase(job_list::iterator x);

  const redis_terms& terms_;
  publish_accounting& accounting_;
  history_counters& counters_;
  const bus_log log_;
  script_gate gate_;
  channel_map channels_;
  job_list jobs_;                      // without a receipt, by their deadlines
  job_list late_;                      // in flight, with one
  std::deque<entry*> ready_;           // with jobs, without a call
  std::deque<entry*> in_flight_;       // one call each
  std::vector<history_message> batch_; // of the call that is being written
};

} // namespace atrium
