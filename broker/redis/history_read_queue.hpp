#pragma once

#include "atrium/broker/log/bus_log.hpp"
#include "atrium/broker/redis/command_queue.hpp"
#include "atrium/broker/redis/history_counters.hpp"
#include "atrium/broker/redis/redis_terms.hpp"
#include "atrium/broker/redis/script_gate.hpp"

#include <atomic>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>

namespace atrium {

/// One question to the log of a channel that was admitted, or the removal of
/// what it keeps.
struct history_read_job {
  std::string channel;
  history_query what;
  history_log::page_handler done;
  std::chrono::steady_clock::time_point deadline{}; ///< Then: `timeout`.

  bool removes = false;    // nothing is asked
  history_page page{};     // as far as it is read
  std::size_t bytes = 0;   // of the packets on it
  bool is_excused = false; // in flight, but not counted
};

/// Makes a removal; `done` hears what has become of it.
history_read_job history_removal(std::string channel,
                                 std::function<void(errc)> done);

/// Holds the questions to logs without an answer, in order. What a long page
/// wants is read in parts, so that Redis does something else in between; of a
/// lost connection it is asked again. Each question is answered exactly once.
class history_read_queue final : public command_queue {
public:
  /// So many may wait.
  static constexpr std::size_t max_pending = 16'384;

  /// So many messages are read at once: Redis needs some 1 ms for them.
  static constexpr std::size_t max_part = 500;

  /// What is in flight may be answered by so many bytes of packets, and more by
  /// one question.
  static constexpr std::size_t max_answers = std::size_t{1} << 20;
  static constexpr std::size_t max_calls = 256;

  /// Both have to outlive the queue.
  history_read_queue(const redis_terms& terms, history_counters& counters,
                     bus_log log = {})
    : terms_(terms), counters_(counters), log_(std::move(log)) {
    // nop
  }

  /// Admits one question, or returns false if too many wait. Any thread.
  bool admit() noexcept;

  /// Appends an admitted question; deadlines never decrease.
  void push(history_read_job job);

  /// Takes the admission of a question back. Any thread.
  void release() noexcept {
    --pending_;
  }

  /// Answers a question that was not admitted. Any thread.
  void refuse(const history_log::page_handler& done);

  void compose(std::string& out, std::size_t limit) override;
  bool on_reply_to(std::size_t which, resp_reply reply) override;
  void on_excused(std::size_t which) override;
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
  void call(const history_read_job& x, std::string& out);
  bool add(history_read_job& to, history_page part);
  void repeat(history_read_job x);
  void answer(history_read_job& x);
  void fail(history_read_job& x, errc why);

  const redis_terms& terms_;
  history_counters& counters_;
  const bus_log log_;
  script_gate gate_;
  std::atomic<std::size_t> pending_ = 0; // admitted and not answered
  std::deque<history_read_job> waiting_;
  std::deque<history_read_job> in_flight_;
  std::size_t promised_ = 0; // bytes that answers to these may have
  std::size_t excused_ = 0;  // of those in flight
};

} // namespace atrium
