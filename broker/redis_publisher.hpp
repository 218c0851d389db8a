#pragma once

#include "atrium/broker/publish_ledger.hpp"
#include "atrium/broker/publish_queue.hpp"
#include "atrium/broker/redis_link.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <string>
#include <string_view>

namespace atrium {

/// Publishes over a link of its own. For the thread of the bus, except for
/// `is_up` and `losses`.
class redis_publisher final : private redis_dialog {
public:
  redis_publisher(boost::asio::io_context& io, const redis_bus_config& config,
                  publish_ledger& ledger);

  /// Starts to connect.
  void start();

  /// Fails what has no answer yet and closes the link.
  void stop();

  /// Takes a publish that the ledger has admitted; `wake` sends it.
  void push(publish_job job);

  /// Sends what was pushed as soon as the link can take it.
  void wake();

  bool is_up() const noexcept {
    return up_.load();
  }

  /// Returns how often the link was lost.
  std::uint64_t losses() const noexcept {
    return losses_.load();
  }

private:
  void on_up() override;
  void on_down(unix_time proven) override;
  void compose(std::string& out) override;
  bool idle() const override;
  std::string_view on_reply(resp_reply reply) override;
  void on_read_end() override;

  void report(std::string_view error);
  void watch_deadlines();

  bus_log log_;
  publish_queue queue_;
  boost::asio::steady_timer timer_;
  bool watching_ = false;  // the timer runs
  std::string last_error_; // what the log says already
  std::atomic<bool> up_ = false;
  std::atomic<std::uint64_t> losses_ = 0;
  redis_link link_;
};

} // namespace atrium
