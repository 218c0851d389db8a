#include "atrium/net/cli/bench/dialect.hpp"

#include <initializer_list>

namespace atrium::bench {

namespace {

std::string concat(std::initializer_list<std::string_view> parts) {
  std::string res;
  for (auto part : parts)
    res += part;
  return res;
}

/// net/PROTOCOL.md. Requests carry no `id`, so that nothing but errors is
/// answered on the way from publisher to members.
class atrium_dialect : public dialect {
public:
  signal classify(std::string_view text) const override {
    constexpr std::string_view start = R"({"type":")";
    if (!text.starts_with(start) || text.size() < start.size() + 2)
      return signal::none;
    // One letter is enough. This runs for each delivery: with a JSON parser the
    // generator would be the bottleneck.
    switch (text[start.size()]) {
    case 'm':
      return signal::message;
    case 'w':
      return signal::ready;
    case 'j':
      return signal::joined;
    case 'l':
      return signal::left;
    case 'e':
      return signal::failed;
    default:
      return signal::none;
    }
  }

  std::string join(const std::string& room) const override {
    return concat({R"({"type":"join","id":1,"room":")", room, R"("})"});
  }

  std::string leave(const std::string& room) const override {
    return concat({R"({"type":"leave","id":1,"room":")", room, R"("})"});
  }

  std::string publish(const std::string& room,
                      const std::string& data) const override {
    return concat(
      {R"({"type":"publish","room":")", room, R"(","data":)", data, "}"});
  }

  std::string send(const std::string& user,
                   const std::string& data) const override {
    return concat(
      {R"({"type":"send","user":")", user, R"(","data":)", data, "}"});
  }

  std::string broadcast(const std::string& data) const override {
    return concat({R"({"type":"broadcast","data":)", data, "}"});
  }
};

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

  std::string join(const std::string& room) const override {
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

  std::string join(const std::string& room) const override {
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

/// The JSON protocol of Centrifugo. It answers each publication; a request
/// without an id would be a violation.
class centrifuge_dialect : public dialect {
public:
  std::string target(const std::string&, const std::string&) const override {
    return "/connection/websocket";
  }

  std::string greeting() const override {
    return R"({"id":1,"connect":{}})";
  }

  bool packs_lines() const override {
    return true;
  }

  std::string pong() const override {
    return "{}";
  }

  signal classify(std::string_view text) const override {
    // Both sides ping by an empty object. Answers to publications (`{"id":4`)
    // are `none`: only the message that comes back counts.
    if (text == "{}")
      return signal::ping;
    if (text.starts_with(R"({"push":)"))
      return text.find(R"("pub":)") != std::string_view::npos ? signal::message
                                                              : signal::none;
    if (text.find(R"("error":)") != std::string_view::npos)
      return signal::failed;
    if (text.starts_with(R"({"id":1,)"))
      return signal::ready;
    if (text.starts_with(R"({"id":2,)"))
      return signal::joined;
    return text.starts_with(R"({"id":3,)") ? signal::left : signal::none;
  }

  std::string join(const std::string& room) const override {
    return concat({R"({"id":2,"subscribe":{"channel":")", room, R"("}})"});
  }

  std::string leave(const std::string& room) const override {
    return concat({R"({"id":3,"unsubscribe":{"channel":")", room, R"("}})"});
  }

  std::string publish(const std::string& room,
                      const std::string& data) const override {
    return concat(
      {R"({"id":4,"publish":{"channel":")", room, R"(","data":)", data, "}}"});
  }
};

} // namespace

std::string dialect::target(const std::string& path,
                            const std::string& user) const {
  // For a node without authentication (net/PROTOCOL.md, 1).
  auto separator = path.find('?') == std::string::npos ? "?user=" : "&user=";
  return concat({path, separator, user});
}

std::string dialect::leave(const std::string&) const {
  return {};
}

std::string dialect::send(const std::string&, const std::string&) const {
  return {};
}

std::string dialect::broadcast(const std::string&) const {
  return {};
}

std::unique_ptr<dialect> make_dialect(protocol speaks) {
  switch (speaks) {
  case protocol::floor:
    return std::make_unique<floor_dialect>();
  case protocol::socketio:
    return std::make_unique<socketio_dialect>();
  case protocol::centrifuge:
    return std::make_unique<centrifuge_dialect>();
  default:
    return std::make_unique<atrium_dialect>();
  }
}

} // namespace atrium::bench
