#pragma once

#include "atrium/broker/log/log.hpp"
#include "atrium/broker/redis/resp.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace atrium {

/// One of those who share the command link of a `redis_client`: a state machine
/// that keeps what it has to say, in a queue with a bound of its own, until the
/// client asks for it. All calls come from the thread of the client's context,
/// and none may add or remove a caller.
class redis_caller {
public:
  /// What the client has to know of a caller.
  struct profile {
    /// The Lua script that it calls; empty: none.
    std::string_view script;

    /// The line in the log when Redis refuses what it says; the same complaint
    /// about each of thousands of commands is one line.
    log::event refused;
    std::string_view refused_text;

    /// Takes answers in any order; else in the order of its commands.
    bool any_order = false;
  };

  virtual ~redis_caller() = default;

  /// The link is set up; what Redis knew may be gone. The script is being
  /// loaded. Of many servers it may be one that was set up: then it was not
  /// lost before, and commands are in flight.
  virtual void on_up() = 0;

  /// The link is lost: what has no answer gets none. Whether it took effect is
  /// unknown.
  virtual void on_lost() = 0;

  /// Redis has the script under this name, on this connection.
  virtual void on_script(std::string_view sha) {
    static_cast<void>(sha);
  }

  /// Redis does not take the script; it is asked again about every second.
  virtual void on_script_refused(std::string_view error) {
    static_cast<void>(error);
  }

  /// Appends commands until nothing waits or `out` has `limit` bytes or more.
  virtual void compose(std::string& out, std::size_t limit) = 0;

  /// Returns how many of its commands have no answer yet.
  virtual std::size_t unanswered() const = 0;

  /// Takes the answer to its oldest command. `NOSCRIPT` means that the command
  /// had no effect; the script is loaded again before the next one. Returns why
  /// the link must be dropped, or nothing.
  virtual std::string_view on_reply(resp_reply reply) = 0;

  /// Takes the answer to its command number `which`, counted from the oldest
  /// without an answer: 0, unless its profile says `any_order`.
  virtual std::string_view on_reply_to(std::size_t which, resp_reply reply) {
    static_cast<void>(which);
    return on_reply(reply);
  }

  /// Its command number `which` waits for a server that is in trouble, one of
  /// many: what belongs to others need not wait with it.
  virtual void on_excused(std::size_t which) {
    static_cast<void>(which);
  }

  /// All replies of one read have been given, some of them to this caller.
  virtual void on_read_end() {
    // nop
  }
};

/// Returns whether `reply` says that Redis does not have the script.
inline bool is_no_script(resp_reply reply) noexcept {
  return is_error(reply) && reply.front().text.starts_with("NOSCRIPT");
}

/// Returns whether `reply` says that the link was lost: whether the command
/// took effect is unknown. Of many servers one may be lost, and the link is
/// not.
inline bool is_lost(resp_reply reply) noexcept {
  return is_error(reply) && reply.front().text.starts_with("LOST ");
}

/// Returns whether `reply` says that the command had no effect, since no server
/// can be reached that has its key.
inline bool is_unreachable(resp_reply reply) noexcept {
  return is_error(reply) && reply.front().text.starts_with("UNREACHABLE ");
}

} // namespace atrium
