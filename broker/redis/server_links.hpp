#pragma once

#include "atrium/broker/redis/redis_link.hpp"
#include "atrium/broker/redis/sentinel_watch.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace atrium {

/// How the links of a client are.
struct redis_client_state {
  bool is_whole = false;        ///< All are up and set up.
  bool commands = false;        ///< A link for commands is.
  bool subscriptions = false;   ///< So is one that is subscribed.
  bool takes_writes = true;     ///< No server has refused the last one.
  std::string trouble;          ///< What is wrong with any; empty: nothing.
  std::uint64_t reconnects = 0; ///< Links that were lost.
};

/// The two links of a client to one server, which may be behind sentinels.
class server_links {
public:
  /// Names of links begin with `config.link_prefix`.
  server_links(boost::asio::io_context& io, const redis_client_config& config);
  server_links(const server_links&) = delete;
  server_links& operator=(const server_links&) = delete;

  /// Returns how they are. Any thread.
  redis_client_state state() const;

  /// Starts to look for the server; before one of the links is started.
  void start();

  /// Closes both for good, without a word to anybody.
  void stop();

  redis_link& commands() noexcept {
    return commands_;
  }

  const redis_link& commands() const noexcept {
    return commands_;
  }

  redis_link& subscriptions() noexcept {
    return subscriptions_;
  }

private:
  std::unique_ptr<redis_locator> locate(boost::asio::io_context& io,
                                        const redis_client_config& config);

  std::unique_ptr<sentinel_watch> sentinels_; // null: there are none
  redis_link commands_;
  redis_link subscriptions_;
};

} // namespace atrium
