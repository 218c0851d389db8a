#pragma once

#include "atrium/broker/redis/redis_caller.hpp"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <optional>

namespace atrium {

class redis_client;

/// The life of a caller that also does something at certain times. What it does
/// is up to a derived class, whose functions are all called from the thread of
/// the client's context, one at a time.
///
///   start ──▶ running ──stop──▶ stopping ──settled or out of patience──▶ over
///
/// The owner stops the task before it destroys the task.
class redis_task : protected redis_caller {
public:
  using clock = std::chrono::steady_clock;

  redis_task(const redis_task&) = delete;
  redis_task& operator=(const redis_task&) = delete;

  ~redis_task() override = default;

  /// Becomes a caller of the client and works for the first time. Once; returns
  /// at once. Any thread.
  void start(const profile& what);

  /// Ends the task as soon as it is settled, at the latest after `patience`,
  /// and returns when nothing refers to the task any more. A second call
  /// returns at once. Any thread but that of the client.
  void stop(std::chrono::milliseconds patience);

protected:
  /// The client has to outlive the task.
  explicit redis_task(redis_client& client);

  /// Does what is due, and returns when something is due next.
  virtual clock::time_point work(clock::time_point now) = 0;

  /// The task begins to stop: adds what Redis still has to hear.
  virtual void on_stop() {
    // nop
  }

  /// Returns whether Redis knows all that it can: a stop waits for nothing
  /// more.
  virtual bool is_settled() const = 0;

  /// The task is over: whoever waits, or comes later, gets an answer without
  /// Redis.
  virtual void on_end(clock::time_point now) = 0;

  /// Shows the counters to other threads; called after each of the others.
  virtual void publish_stats() = 0;

  /// Works now: something has happened. Not from a call of the client, which
  /// still has to make others.
  void go_on();

  /// Works soon. From anywhere on the client's thread.
  void go_on_soon();

  redis_client& client() const noexcept {
    return client_;
  }

  bool is_stopping() const noexcept {
    return last_.has_value();
  }

  void on_read_end() override;

private:
  void end();

  redis_client& client_;
  boost::asio::steady_timer timer_;
  std::optional<clock::time_point> last_; // the stop waits no longer than this
  bool is_over_ = false;
  std::atomic<bool> stopped_ = false; // by any thread
  std::promise<void> ended_;
};

} // namespace atrium
