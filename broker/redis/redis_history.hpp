#pragma once

#include "atrium/broker/redis/append_queue.hpp"
#include "atrium/broker/redis/history_read_queue.hpp"
#include "atrium/broker/redis/queue_caller.hpp"

namespace atrium {

/// The logs of channels in Redis, over the command link of a client: what a
/// `redis_bus` has of them on the thread of the client's context. Nothing is
/// said before somebody asks: a node without logs needs no rights for them.
class redis_history {
public:
  /// Both have to outlive it.
  redis_history(redis_client& client, publish_accounting& accounting);

  /// Takes what was admitted; `wake` sends it.
  void push(append_job job);
  void push(history_read_job job);

  void wake();

  /// Fails what has no answer yet.
  void stop();

  // -- any thread -------------------------------------------------------------

  /// Admits a question, or answers it at once: too many wait.
  bool admit(const history_log::page_handler& done);

  /// Answers a question that was admitted, and is not pushed: it is too late.
  void refuse(const history_log::page_handler& done);

  history_stats stats() const noexcept {
    return counters_.stats();
  }

private:
  history_counters counters_;
  append_queue appends_;
  history_read_queue reads_;
  queue_caller appender_;
  queue_caller reader_;
  bool appends_begun_ = false;
  bool reads_begun_ = false;
};

} // namespace atrium
