#include "atrium/broker/event_text.hpp"

#include "atrium/broker/json/json_writer.hpp"

namespace atrium {

namespace {

std::string_view type_of(backend_event::kind x) {
  using kind = backend_event::kind;
  switch (x) {
  case kind::connected:
    return "connected";
  case kind::disconnected:
    return "disconnected";
  case kind::joined:
    return "joined";
  case kind::left:
    return "left";
  case kind::dead_letter:
    break;
  }
  return "inbox_dead_letter";
}

// RFC 6455, 7.4.1: reserved for a connection that ended without a close.
constexpr std::uint16_t went_away = 1006;

void begin(json_writer& out, std::string_view type, const backend_event& x,
           std::string_view node) {
  out.open_object()
    .text("type", type)
    .number("time", x.time.time_since_epoch().count())
    .text("node", node);
}

} // namespace

std::string event_text(const backend_event& x, std::string_view node) {
  std::string result;
  json_writer out{result};
  begin(out, type_of(x.what), x, node);
  out.text("user", x.user);
  if (!x.connection.empty())
    out.text("connection", x.connection);
  if (!x.room.empty())
    out.text("room", x.room);
  if (x.what == backend_event::kind::disconnected)
    out.number("code", x.code != 0 ? x.code : went_away);
  if (!x.id.empty())
    out.text("id", x.id);
  out.close_object();
  return result;
}

std::string room_event_text(std::string_view type, const backend_event& x,
                            std::string_view node) {
  std::string result;
  json_writer out{result};
  begin(out, type, x, node);
  out.text("room", x.room).close_object();
  return result;
}

std::string numbered(std::uint64_t n, std::string_view event) {
  auto result = "{\"n\":" + std::to_string(n) + ',';
  result += event.substr(1);
  return result;
}

std::string event_subject(const backend_event& x) {
  return x.room.empty() ? x.connection : x.connection + ' ' + x.room;
}

} // namespace atrium
