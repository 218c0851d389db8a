#include "atrium/net/cli/bench/atrium_dialect.hpp"

#include "atrium/net/cli/bench/text_parts.hpp"

#include <algorithm>

namespace atrium::bench {

namespace {

constexpr std::string_view epoch_key = R"("epoch":")";
constexpr std::string_view offset_key = R"("offset":)";
constexpr std::string_view previous_key = R"(,"previous":)";

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
    case 'p':
      return text.substr(start.size()).starts_with("presence") ? signal::told
                                                               : signal::none;
    default:
      return signal::none;
    }
  }

  message_place place_of(std::string_view message) const override {
    // Where the node writes it; the protocol promises no order. Elsewhere it
    // would be taken for none, and the check of the offsets would say so.
    constexpr std::string_view start = R"({"type":"message","offset":)";
    if (!message.starts_with(start))
      return {};
    auto rest = message.substr(start.size());
    auto offset = number_at(rest);
    rest.remove_prefix(std::min(rest.find(','), rest.size()));
    return rest.starts_with(previous_key)
             ? message_place{offset,
                             number_at(rest.substr(previous_key.size()))}
             : message_place{offset};
  }

  std::optional<room_position>
  position_of(std::string_view joined) const override {
    auto epoch = part_after(joined, epoch_key, '"');
    if (epoch.empty())
      return std::nullopt;
    return room_position{std::string{epoch},
                         number_at(part_after(joined, offset_key, ','))};
  }

  bool is_lost(std::string_view joined) const override {
    return joined.find(R"("recovered":true)") == joined.npos;
  }

  std::optional<std::uint64_t>
  present_in(std::string_view told) const override {
    if (!told.starts_with(R"({"type":"presence",)"))
      return std::nullopt;
    return number_at(part_after(told, R"("present":)", '}'));
  }

  member_change change_in(std::string_view told) const override {
    return {part_after(told, R"("event":")", '"'),
            part_after(told, R"("user":")", '"')};
  }

  std::string join(const std::string& room, std::string_view) const override {
    return concat({R"({"type":"join","id":1,"room":")", room, R"("})"});
  }

  std::string rejoin(const std::string& room,
                     const room_position& since) const override {
    return concat({R"({"type":"join","id":1,"room":")", room,
                   R"(","since":{"epoch":")", since.epoch, R"(","offset":)",
                   std::to_string(since.offset), "}}"});
  }

  std::string leave(const std::string& room) const override {
    return concat({R"({"type":"leave","id":1,"room":")", room, R"("})"});
  }

  std::string who_is_in(const std::string& room) const override {
    return concat(
      {R"({"type":"presence","id":1,"limit":1,"room":")", room, R"("})"});
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

} // namespace

std::unique_ptr<dialect> make_atrium_dialect() {
  return std::make_unique<atrium_dialect>();
}

} // namespace atrium::bench
