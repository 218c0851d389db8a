#pragma once

#include "atrium/broker/redis/command_queue.hpp"
#include "atrium/broker/redis/publish_job.hpp"
#include "atrium/broker/redis/redis_terms.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>

namespace atrium {

/// Holds the publishes without an answer, in order:
///
///     push ──▶ waiting ──compose──▶ in flight ──on_reply──▶ receipt
///
/// If the connection is lost, those in flight fail, for nobody knows whether
/// they took effect; those that wait go on waiting. Its bounds are those of the
/// accounting. Each receipt is told exactly once.
class publish_queue final : public command_queue {
public:
  /// Both have to outlive the queue.
  publish_queue(const redis_terms& terms, publish_accounting& accounting,
                bus_log log = {})
    : terms_(terms), accounting_(accounting), log_(std::move(log)) {
    // nop
  }

  /// Appends an admitted publish; deadlines never decrease from job to job.
  void push(publish_job job);

  void compose(std::string& out, std::size_t limit) override;
  bool on_reply_to(std::size_t which, resp_reply reply) override;
  void on_lost() override;
  void tick(clock::time_point now) override;
  std::optional<clock::time_point> next_tick() const override;
  void fail_all() override;

  /// Expired ones are among them.
  std::size_t in_flight() const noexcept override {
    return in_flight_.size();
  }

private:
  // What is left of a job whose command is written.
  struct sent_job {
    explicit sent_job(publish_job& x) noexcept
      : bytes(x.payload->size()),
        done(std::move(x.done)),
        deadline(x.deadline) {
      // nop
    }

    std::size_t bytes; // of its payload
    bus::receipt_handler done;
    clock::time_point deadline;
  };

  void settle(publish_job& job, errc code) {
    atrium::settle(job, {code}, accounting_, log_);
  }

  void settle(sent_job& job, errc code) {
    atrium::settle(job.bytes, job.done, {code}, accounting_, log_);
  }

  void settle_in_flight(std::size_t which, errc code);

  const redis_terms& terms_;
  publish_accounting& accounting_;
  bus_log log_;
  std::deque<publish_job> waiting_;
  std::deque<sent_job> in_flight_;

  // So many at the front of those in flight have expired: their receipts are
  // told, but their answers still come and must be counted off.
  std::size_t expired_ = 0;
};

} // namespace atrium
