#include "atrium/broker/presence_packet.hpp"

#include "atrium/broker/json/json_members.hpp"
#include "atrium/broker/json/json_writer.hpp"
#include "atrium/broker/packet_header.hpp"
#include "atrium/broker/util/utf8.hpp"

#include <array>
#include <limits>

namespace atrium {

namespace {

using kind = presence_change::kind;

constexpr std::string_view type = "presence_event";
constexpr std::string_view beginning = R"(0:{"type":"presence_event")";

constexpr std::array<std::string_view, 3> words{"join", "leave", "count"};

struct members {
  std::string_view type;
  std::string_view room;
  std::string_view event;
  std::string_view user;
  std::string_view present;
  std::string_view time;
};

// In the order in which nodes write them.
constexpr std::array<json_member<members>, 6> known = {{
  {"type", &members::type},
  {"room", &members::room},
  {"event", &members::event},
  {"user", &members::user},
  {"present", &members::present},
  {"ts", &members::time},
}};

std::optional<kind> kind_named(std::string_view word) {
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i] == word)
      return static_cast<kind>(i);
  return std::nullopt;
}

} // namespace

std::string encode_presence(std::string_view room, const presence_change& x) {
  std::string result;
  append_header(result, {});
  result.push_back(':');
  json_writer out{result};
  out.open_object()
    .text("type", type)
    .text("room", room)
    .text("event", words[static_cast<std::size_t>(x.what)]);
  if (x.what != kind::count)
    out.text("user", x.user);
  out.number("present", x.present)
    .number("ts", x.time.time_since_epoch().count())
    .close_object();
  return result;
}

bool is_presence(std::string_view packet) noexcept {
  return packet.starts_with(beginning);
}

std::optional<presence_packet> decode_presence(std::string_view packet) {
  if (!is_presence(packet))
    return std::nullopt;
  presence_packet result;
  result.json = packet.substr(packet.find(':') + 1);
  auto in = read_members(result.json, known);
  if (!in || !is_utf8(result.json) || json_string(in->type) != type)
    return std::nullopt;
  result.room = json_string(in->room).value_or(std::string{});
  auto what = kind_named(json_string(in->event).value_or(std::string{}));
  auto present = json_unsigned(in->present);
  auto time = json_unsigned(in->time);
  if (result.room.empty() || !what || !present || !time
      || *time > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
    return std::nullopt;
  auto& change = result.change;
  change.what = *what;
  change.user = json_string(in->user).value_or(std::string{});
  if (*what != kind::count && change.user.empty())
    return std::nullopt;
  change.present = *present;
  change.time = unix_time{std::chrono::milliseconds{*time}};
  return result;
}

} // namespace atrium
