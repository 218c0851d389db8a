#pragma once

#include "atrium/broker/redis/publish_ledger.hpp"
#include "atrium/broker/redis/publish_queue.hpp"
#include "atrium/broker/redis/redis_link.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <functional>
#include <string>
#include <string_view>

namespace atrium {

/// Publishes over a link of its own. For the thread of the bus, except for what
/// says otherwise, `is_up` and `losses`.
class redis_publisher final : private redis_dialog {
public:
  /// What to do when the server is no master: whatever the address, or only for
  /// those that are connected to `where`.
  using demotion_handler = std::function<void(
    std::string_view reason, const redis_protocol::endpoint* where)>;

  /// Calls `on_demoted` when it has lost the server since it is no master, or
  /// has not got it for that.
  redis_publisher(boost::asio::io_context& io, const redis_bus_config& config,
                  publish_ledger& ledger, demotion_handler on_demoted);

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

  /// What is wrong with the link; empty: nothing. Any thread.
  std::string trouble() const {
    return link_.trouble();
  }

  /// Returns whether Redis has not refused the last write. Any thread.
  bool takes_writes() const {
    return link_.takes_writes();
  }

  /// Returns how often the link was lost.
  std::uint64_t losses() const noexcept {
    return losses_.load();
  }

private:
  void on_up() override;
  void on_down(gap_clock::steady proven, std::string_view reason) override;
  void on_turned_away(const redis_protocol::endpoint& from,
                      std::string_view reason) override;
  void compose(std::string& out) override;
  bool idle() const override;
  void on_proven() override;
  std::string_view on_reply(resp_reply reply) override;
  void on_read_end() override;

  void report(std::string_view error);
  void watch_deadlines();

  bus_log log_;
  publish_queue queue_;
  const demotion_handler on_demoted_;
  boost::asio::steady_timer timer_;
  bool watching_ = false;  // the timer runs
  std::string last_error_; // what the log says already
  std::atomic<bool> up_ = false;
  std::atomic<std::uint64_t> losses_ = 0;
  redis_link link_;
};

} // namespace atrium
