#pragma once

#include "atrium/broker/redis/channel_listener.hpp"
#include "atrium/broker/redis/redis_caller.hpp"
#include "atrium/broker/redis/redis_client_config.hpp"
#include "atrium/broker/redis/redis_terms.hpp"
#include "atrium/broker/redis/server_links.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace atrium {

class gap_clock;
class turn;

/// All that a node has to do with Redis: connections that heal themselves, two
/// for each server. Callers (`redis_caller`) share those for commands; the
/// others are subscribed, and Redis may cut them off for being slow without
/// taking commands with them.
///
/// Runs on the context that it is given, of which one thread has charge:
/// everything but the first functions up to `state` is for that thread.
class redis_client : public redis_terms {
public:
  /// `turns` are those of the thread that runs `io`; null: it has none.
  redis_client(boost::asio::io_context& io, bus_log log, turn* turns)
    : io_(io), turns_(turns), log_(std::move(log)) {
    // nop
  }

  redis_client(const redis_client&) = delete;
  redis_client& operator=(const redis_client&) = delete;

  /// The context of all its calls. Any thread.
  boost::asio::io_context& io() const noexcept {
    return io_;
  }

  /// The turns of its thread, or null. Any thread.
  turn* turns() const noexcept {
    return turns_;
  }

  /// Where it and its callers log. Any thread.
  const bus_log& log() const noexcept {
    return log_;
  }

  /// Returns how the links are. Any thread.
  virtual redis_client_state state() const = 0;

  /// Starts to connect the links for commands.
  virtual void start() = 0;

  /// Closes all links for good, without a word to anybody.
  virtual void stop() = 0;

  /// Calls `who` when a link for commands can take something, and when answers
  /// come. It has to live until it is removed.
  virtual void add(redis_caller& who, const redis_caller::profile& what) = 0;
  virtual void remove(redis_caller& who) = 0;

  /// A caller has something to say.
  virtual void wake() = 0;

  /// Makes the one who listens on the links for subscriptions. Once; the client
  /// has to live until that is stopped.
  virtual std::unique_ptr<channel_listener> listen(gap_clock clock) = 0;

private:
  boost::asio::io_context& io_;
  turn* const turns_;
  const bus_log log_;
};

/// Makes the client that the address asks for: of one server, of a cluster, or
/// of several servers that know nothing of each other.
std::unique_ptr<redis_client> make_redis_client(boost::asio::io_context& io,
                                                redis_client_config config,
                                                turn* turns = nullptr);

} // namespace atrium
