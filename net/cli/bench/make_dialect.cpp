#include "atrium/net/cli/bench/make_dialect.hpp"

#include "atrium/net/cli/bench/atrium_dialect.hpp"
#include "atrium/net/cli/bench/centrifuge_dialect.hpp"
#include "atrium/net/cli/bench/pusher_dialect.hpp"
#include "atrium/net/cli/bench/text_parts.hpp"

namespace atrium::bench {

namespace {

/// tests/bench/floor.c: the first text is the room and comes back; all others
/// are copied as they are.
class floor_dialect : public dialect {
public:
  bool welcomes() const override {
    return false;
  }

  signal classify(std::string_view text) const override {
    return text.starts_with('"') ? signal::message : signal::joined;
  }

  std::string join(const std::string& room, std::string_view) const override {
    return room;
  }

  std::string publish(const std::string&,
                      const std::string& data) const override {
    return data;
  }
};

/// Engine.IO 4 over WebSocket with the events of
/// tests/bench/socketio_server.js. The first digit is Engine.IO's: 2 ping, 3
/// pong, 4 message. The second is Socket.IO's: 0 connected, 2 event, 3 answer,
/// 4 refused; behind an event or answer with one stands its number.
class socketio_dialect : public dialect {
public:
  std::string target(const std::string&, const std::string&) const override {
    return "/socket.io/?EIO=4&transport=websocket";
  }

  std::string greeting() const override {
    return "40";
  }

  std::string pong() const override {
    return "3";
  }

  signal classify(std::string_view text) const override {
    if (text == "2")
      return signal::ping;
    if (text.starts_with("42"))
      return signal::message;
    if (text.starts_with("40"))
      return signal::ready;
    if (text.starts_with("43"))
      return text.starts_with("431") ? signal::joined : signal::left;
    return text.starts_with("44") ? signal::failed : signal::none;
  }

  std::string join(const std::string& room, std::string_view) const override {
    return concat({R"(421["join",")", room, R"("])"});
  }

  std::string leave(const std::string& room) const override {
    return concat({R"(422["leave",")", room, R"("])"});
  }

  std::string publish(const std::string& room,
                      const std::string& data) const override {
    return concat({R"(42["publish",")", room, "\",", data, "]"});
  }
};

} // namespace

std::unique_ptr<dialect> make_dialect(protocol speaks) {
  switch (speaks) {
  case protocol::floor:
    return std::make_unique<floor_dialect>();
  case protocol::socketio:
    return std::make_unique<socketio_dialect>();
  case protocol::centrifuge:
    return make_centrifuge_dialect();
  case protocol::pusher:
    return make_pusher_dialect();
  default:
    return make_atrium_dialect();
  }
}

} // namespace atrium::bench
