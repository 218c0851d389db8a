#pragma once

#include "atrium/broker/redis/redis_client_config.hpp"
#include "atrium/broker/redis/redis_locator.hpp"
#include "atrium/broker/tcp/dial_stream.hpp"
#include "atrium/broker/tcp/tcp_dialer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace atrium {

/// Opens connections to one server: finds it, dials its addresses, and agrees
/// on TLS where that is wanted, each in a time of its own. For one thread, that
/// of the context.
class redis_connector {
public:
  /// A connection and where it leads, or why there is none.
  struct outcome {
    dial_stream stream;
    dial_protocol::endpoint peer = {};
    std::string host = {}; ///< Its name, as it was looked for.
    std::string error = {};
  };

  using handler = std::function<void(outcome&&)>;

  redis_connector(boost::asio::io_context& io,
                  const redis_client_config& config,
                  std::unique_ptr<redis_locator> where);

  redis_connector(const redis_connector&) = delete;
  redis_connector& operator=(const redis_connector&) = delete;

  ~redis_connector() {
    cancel();
  }

  /// Calls `done` once, never before it returns, unless `cancel` comes first.
  /// One at a time. Throws what the locator throws.
  void open(handler done);

  /// Gives up what is under way. A name that is being looked up is of use for
  /// the next attempt.
  void cancel();

  /// Which addresses have turned out to be the wrong ones.
  target_order& order() noexcept {
    return order_;
  }

private:
  void dial(redis_locator::place at);
  void secure(tcp_dialer::outcome x, const std::string& host);
  void fail(const std::string& why);
  void arm(std::chrono::milliseconds patience, std::string complaint);

  boost::asio::io_context& io_;
  const redis_client_config& config_;
  const std::unique_ptr<redis_locator> where_;
  tcp_dialer dialer_;
  target_order order_;
  boost::asio::steady_timer timer_;
  handler done_;                      // null: nothing is under way
  std::uint64_t serial_ = 0;          // of what is under way
  std::unique_ptr<outcome> securing_; // agrees on TLS
};

} // namespace atrium
