#pragma once

#include "atrium/actors/client_session.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/broker/log/log.hpp"

#include <boost/system/error_code.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace atrium {

/// What the log tells of a connection where actors do not see it: how it comes
/// and goes, and what it is refused. Lines at the level debug; with names that
/// begin with `trace_` at the level info if its user is watched.
class session_log {
public:
  explicit session_log(environment_ptr env) : env_(std::move(env)) {
    // nop
  }

  /// The connection has this actor, and is this user's.
  void begin(actor_number connection, const std::string& user);

  /// It has got its `welcome`, from this session.
  void opened(const welcome& hello, const client_session& from) const;

  /// An error goes to the client.
  void refused(const failure& x) const;

  /// Its outbox was full.
  void too_slow() const;

  /// The node closes it with this code.
  void closing(close_code code) {
    code_ = static_cast<std::uint16_t>(code);
  }

  /// It is gone: after `closing`, or else because of `why`. `by_client` is the
  /// code of the client's close, or 0. Returns the code of whoever has closed.
  std::uint16_t closed(boost::system::error_code why,
                       std::uint16_t by_client) const;

private:
  log::event either(log::event watched, log::event usual) const;
  log::level severity() const;
  std::string_view user() const;
  std::string id() const;

  environment_ptr env_;
  actor_number connection_ = 0;
  std::unique_ptr<const std::string> user_; // null: is not watched
  std::uint16_t code_ = 0;
};

} // namespace atrium
