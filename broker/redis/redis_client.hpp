#pragma once

#include "atrium/broker/redis/redis_client_config.hpp"
#include "atrium/broker/redis/redis_link.hpp"
#include "atrium/broker/redis/redis_pipeline.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <string>

namespace atrium {

class turn;

/// How the links of a client are.
struct redis_client_state {
  bool commands = false;        ///< The command link is up and set up.
  bool subscriptions = false;   ///< So is the one that is subscribed.
  bool takes_writes = true;     ///< The server has not refused the last one.
  std::string trouble;          ///< What is wrong with them; empty: nothing.
  std::uint64_t reconnects = 0; ///< Links that were lost.
};

/// All that a node has to do with one Redis: two connections that heal
/// themselves. Callers (`redis_caller`) share the one for commands; the other
/// is subscribed, and Redis may cut it off for being slow without taking
/// commands with it.
///
/// Runs on the context that it is given, of which one thread has charge:
/// everything but the first functions up to `state` is for that thread.
/// Nothing is ever sent twice.
class redis_client {
public:
  /// `turns` are those of the thread that runs `io`; null: it has none.
  redis_client(boost::asio::io_context& io, redis_client_config config,
               turn* turns = nullptr);

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
  redis_client_state state() const;

  /// Starts to connect the command link.
  void start() {
    commands_.start(pipeline_);
  }

  /// Closes both links for good, without a word to anybody.
  void stop();

  /// Calls `who` when the command link can take something, and when answers
  /// come. It has to live until it is removed.
  void add(redis_caller& who, const redis_caller::profile& what);

  void remove(redis_caller& who) {
    pipeline_.remove(who);
  }

  /// A caller has something to say.
  void wake() {
    commands_.wake();
  }

  /// Returns what names the server since its start, as far as the command link
  /// knows; empty if it does not.
  std::string_view incarnation() const noexcept {
    return commands_.incarnation();
  }

  /// Starts to connect the other link, over which `who` subscribes. Once; it
  /// has to live until that link is stopped.
  void subscribe_by(redis_dialog& who) {
    subscriptions_.start(who);
  }

  /// The link for subscriptions.
  redis_link& subscriptions() noexcept {
    return subscriptions_;
  }

private:
  boost::asio::io_context& io_;
  turn* const turns_;
  const bus_log log_;
  redis_pipeline pipeline_;
  redis_link commands_;
  redis_link subscriptions_;
};

} // namespace atrium
