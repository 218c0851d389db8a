#include "atrium/net/websocket/session_log.hpp"

#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

namespace atrium {

namespace websocket = boost::beast::websocket;

namespace {

// The code with which the stream closes by itself, or with which the client
// did; nothing if the connection broke.
std::uint16_t code_of(boost::system::error_code why, std::uint16_t by_client) {
  if (why == websocket::error::closed)
    return by_client;
  if (why == websocket::error::message_too_big)
    return websocket::close_code::too_big;
  if (why == websocket::error::bad_frame_payload)
    return websocket::close_code::bad_payload;
  return why == websocket::condition::protocol_violation
           ? websocket::close_code::protocol_error
           : 0;
}

} // namespace

void session_log::begin(actor_number connection, const std::string& user) {
  connection_ = connection;
  if (env_->watched->has_user(user))
    user_ = std::make_unique<const std::string>(user);
}

void session_log::opened(const welcome& hello,
                         const client_session& from) const {
  if (user_ || !log::enabled(log::level::debug))
    return; // actors tell it of who is watched
  log::debug("session_opened",
             {{"user", hello.user},
              {"connection", hello.connection},
              {"address", from.peer()}},
             "session is open");
}

// Not its message: that of a room's logic may say anything.
void session_log::refused(const failure& x) const {
  auto what = either("trace_refused", "request_refused");
  if (log::enabled(severity()))
    log::line(severity(), what,
              {{"user", user()},
               {"connection", id()},
               {"room", x.room},
               {"code", to_string(x.code)}},
              "session gets an error");
}

void session_log::too_slow() const {
  log::debug("slow_consumer", {{"connection", id()}},
             "session is a slow consumer");
}

std::uint16_t session_log::closed(boost::system::error_code why,
                                  std::uint16_t by_client) const {
  auto code = code_ != 0 ? code_ : code_of(why, by_client);
  auto what = either("trace_closed", "session_closed");
  if (log::enabled(severity()))
    log::line(severity(), what,
              {{"user", user()},
               {"connection", id()},
               {"code", code},
               {"error", code == 0 && why ? why.message() : std::string{}}},
              "session is closed");
  return code;
}

log::event session_log::either(log::event watched, log::event usual) const {
  return user_ ? watched : usual;
}

log::level session_log::severity() const {
  return user_ ? log::level::info : log::level::debug;
}

std::string_view session_log::user() const {
  return user_ ? std::string_view{*user_} : std::string_view{};
}

std::string session_log::id() const {
  return connection_ == 0 ? std::string{} : connection_id(*env_, connection_);
}

} // namespace atrium
