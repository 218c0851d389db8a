#pragma once

#include "atrium/broker/redis/resp.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// Commands of one kind on their way to Redis, each with a deadline at which
/// whoever waits is told. Pure state, for one thread; `queue_caller` drives it.
class command_queue {
public:
  using clock = std::chrono::steady_clock;

  virtual ~command_queue() = default;

  /// Appends commands that wait to `out` until it has `limit` bytes or more;
  /// they are in flight from now on.
  virtual void compose(std::string& out, std::size_t limit) = 0;

  /// Takes the answer to the oldest command in flight. Returns false if there
  /// is none, or it makes no sense: the server and we disagree about the
  /// protocol.
  virtual bool on_reply(resp_reply reply) = 0;

  /// The connection was lost: what is in flight gets no answer.
  virtual void on_lost() = 0;

  /// A connection is set up, to a server of this incarnation; empty: unknown.
  virtual void on_up(std::string_view incarnation) {
    static_cast<void>(incarnation);
  }

  /// Redis has the script of these commands, under this name.
  virtual void on_script(std::string_view sha) {
    static_cast<void>(sha);
  }

  /// Redis does not take the script.
  virtual void on_script_refused(std::string_view error) {
    static_cast<void>(error);
  }

  /// Does what is due at `now`, such as to give up what is too late.
  virtual void tick(clock::time_point now) = 0;

  /// Returns when `tick` has something to do next.
  virtual std::optional<clock::time_point> next_tick() const = 0;

  /// Fails everything: nothing is sent any more.
  virtual void fail_all() = 0;

  /// Returns how many commands have no answer yet.
  virtual std::size_t in_flight() const = 0;
};

} // namespace atrium
