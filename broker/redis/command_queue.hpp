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

  /// Takes the answer to the command number `which` in flight, counted from the
  /// oldest. Returns false if there is none, or it makes no sense: the server
  /// and we disagree about the protocol.
  virtual bool on_reply_to(std::size_t which, resp_reply reply) = 0;

  /// Takes the answer to the oldest one.
  bool on_reply(resp_reply reply) {
    return on_reply_to(0, reply);
  }

  /// The command at this place of those in flight waits for a server that is in
  /// trouble: it does not count in bounds of what is in flight.
  virtual void on_excused(std::size_t which) {
    static_cast<void>(which);
  }

  /// The connection was lost: what is in flight gets no answer.
  virtual void on_lost() = 0;

  /// A connection is set up, maybe one of several.
  virtual void on_up() {
    // nop
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
