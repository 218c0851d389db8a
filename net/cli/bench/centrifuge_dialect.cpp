#include "atrium/net/cli/bench/centrifuge_dialect.hpp"

#include "atrium/net/cli/bench/text_parts.hpp"

namespace atrium::bench {

namespace {

constexpr std::string_view epoch_key = R"("epoch":")";
constexpr std::string_view offset_key = R"("offset":)";

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

  message_place place_of(std::string_view message) const override {
    // Behind the data, which need not be searched.
    auto at = message.rfind(offset_key);
    return at == message.npos
             ? 0
             : number_at(message.substr(at + offset_key.size()));
  }

  std::optional<room_position>
  position_of(std::string_view joined) const override {
    auto epoch = part_after(joined, epoch_key, '"');
    if (epoch.empty())
      return std::nullopt;
    // What was missed has offsets of its own. A zero is not written.
    auto end = joined.rfind(']');
    auto rest = end == joined.npos ? joined : joined.substr(end);
    return room_position{std::string{epoch},
                         number_at(part_after(rest, offset_key, ','))};
  }

  bool is_lost(std::string_view joined) const override {
    return joined.find(R"("recovered":true)") == joined.npos;
  }

  std::vector<std::string_view>
  missed_in(std::string_view joined) const override {
    constexpr std::string_view start = R"({"data":)";
    std::vector<std::string_view> res;
    for (auto at = joined.find(start); at != joined.npos;) {
      auto next = joined.find(start, at + start.size());
      res.push_back(joined.substr(at, next - at));
      at = next;
    }
    return res;
  }

  std::string join(const std::string& room, std::string_view) const override {
    return concat({R"({"id":2,"subscribe":{"channel":")", room, R"("}})"});
  }

  std::string rejoin(const std::string& room,
                     const room_position& since) const override {
    return concat({R"({"id":2,"subscribe":{"channel":")", room,
                   R"(","recover":true,"epoch":")", since.epoch,
                   R"(","offset":)", std::to_string(since.offset), "}}"});
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

std::unique_ptr<dialect> make_centrifuge_dialect() {
  return std::make_unique<centrifuge_dialect>();
}

} // namespace atrium::bench
