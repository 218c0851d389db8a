#pragma once

#include "atrium/broker/redis/gap_clock.hpp"
#include "atrium/broker/redis/resp.hpp"
#include "atrium/broker/tcp/dial_targets.hpp"

#include <string>
#include <string_view>

namespace atrium {

/// What is said over a `redis_link`. All calls come from the link's thread.
class redis_dialog {
public:
  virtual ~redis_dialog() = default;

  /// The link is set up.
  virtual void on_up() = 0;

  /// The link is lost, for the given reason. Whatever Redis was told before
  /// `proven` has arrived, for the answer to a question that was asked then
  /// came after it.
  virtual void on_down(gap_clock::steady proven, std::string_view reason) = 0;

  /// The server at this address turned out to be no master while the link was
  /// set up; `on_down` is not called then.
  virtual void on_turned_away(const dial_protocol::endpoint&,
                              std::string_view) {
    // nop
  }

  /// Appends what is to be written next, a few 100 KiB at most; called
  /// whenever the link can write, and again when that is written.
  virtual void compose(std::string& out) = 0;

  /// Returns whether all that was composed is answered.
  virtual bool idle() const = 0;

  /// A question for a sign of life goes out.
  virtual void on_asked() {
    // nop
  }

  /// It is answered: the link works, and did when it was asked.
  virtual void on_proven() {
    // nop
  }

  /// Takes one reply. Returns why the link must be dropped, or nothing.
  virtual std::string_view on_reply(resp_reply reply) = 0;

  /// All replies of one read have been given.
  virtual void on_read_end() = 0;
};

/// What a link says of a server with the wrong role, before that role.
inline constexpr std::string_view no_master = "the server is no master: ";

/// Returns whether an error of Redis, or the reason for which a link was lost,
/// says that the server is no master any more. Who goes on talking to it talks
/// to nobody.
inline bool is_demotion(std::string_view why) noexcept {
  return why.starts_with("READONLY") || why.starts_with(no_master)
         || why.find("-READONLY ") != why.npos; // of a script, before Redis 7
}

/// Returns the error in `reply` if it is one that says so.
inline std::string_view demotion_in(resp_reply reply) noexcept {
  auto text = reply.front().text;
  return is_error(reply) && is_demotion(text) ? text : std::string_view{};
}

} // namespace atrium
