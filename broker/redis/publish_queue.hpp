#pragma once

#include "atrium/broker/bus.hpp"
#include "atrium/broker/log/bus_log.hpp"
#include "atrium/broker/redis/publish_accounting.hpp"
#include "atrium/broker/redis/resp.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>

namespace atrium {

/// One publish that the accounting has admitted.
struct publish_job {
  using clock = std::chrono::steady_clock;

  std::string channel;
  shared_bytes payload;
  bus::receipt_handler done;
  clock::time_point deadline{}; ///< When the receipt says `timeout`.
};

/// Holds the publishes without an answer, in order:
///
///     push ──▶ waiting ──compose──▶ in flight ──on_reply──▶ receipt
///
/// If the connection is lost, those in flight fail, for nobody knows whether
/// they took effect; those that wait go on waiting. Pure state, for one thread.
/// Its bounds are those of the accounting. Each receipt is told exactly once.
class publish_queue {
public:
  using clock = publish_job::clock;

  explicit publish_queue(publish_accounting& accounting, bus_log log = {})
    : accounting_(accounting), log_(std::move(log)) {
    // nop
  }

  /// Appends an admitted publish; deadlines never decrease from job to job.
  void push(publish_job job);

  /// Appends the commands that wait to `out` until it has `limit` bytes or
  /// more; they are in flight from now on.
  void compose(std::string& out, std::size_t limit);

  /// Takes the answer to the oldest publish in flight. Returns false if there
  /// is none, which means that the server and we disagree about the protocol.
  bool on_reply(resp_reply reply);

  /// Fails what is in flight: the connection was lost.
  void on_lost();

  /// Fails everything: the bus stops.
  void fail_all();

  /// Fails with `timeout` whatever has reached its deadline.
  void expire(clock::time_point now);

  /// Returns when `expire` has something to do next.
  std::optional<clock::time_point> next_deadline() const;

  /// Returns how many publishes have no answer, expired ones among them.
  std::size_t in_flight() const noexcept {
    return in_flight_.size();
  }

private:
  void settle(publish_job& job, errc code);
  void settle_oldest(errc code);

  publish_accounting& accounting_;
  bus_log log_;
  std::deque<publish_job> waiting_;
  std::deque<publish_job> in_flight_;

  // So many at the front of those in flight have expired: their receipts are
  // told, but their answers still come and must be counted off.
  std::size_t expired_ = 0;
};

} // namespace atrium
