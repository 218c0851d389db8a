#include "atrium/net/protocol/overflow.hpp"

#include "atrium/broker/json/json_object.hpp"
#include "atrium/net/protocol/protocol.hpp"

#include <algorithm>
#include <optional>

namespace atrium {

namespace {

struct hole {
  frame::topic_number topic = 0;
  gap content;
};

std::optional<unix_time> time_of(const json_object& object,
                                 std::string_view key) {
  auto raw = object.find(key);
  auto value = raw ? json_unsigned(*raw) : std::nullopt;
  if (!value)
    return std::nullopt;
  return unix_time{std::chrono::milliseconds{*value}};
}

// What the frame says of itself is all that is known of it here. It is read
// only when a client is too slow, so nobody else pays for it.
std::optional<gap> span_of(const frame& x) {
  auto object = json_object::parse(x.payload());
  if (!object)
    return std::nullopt;
  auto room = object->find("room");
  auto when = time_of(*object, "ts");
  auto from = when ? when : time_of(*object, "from_ts");
  auto to = when ? when : time_of(*object, "to_ts");
  if (!room || !from || !to)
    return std::nullopt;
  return gap{scope::room, json_string(*room).value_or(std::string{}), *from,
             *to};
}

} // namespace

std::vector<frame> gaps_left_by(const std::vector<frame>& dropped) {
  std::vector<hole> holes; // as many as rooms: a few
  for (auto& x : dropped) {
    auto span = span_of(x);
    if (!span)
      continue;
    auto i = std::ranges::find(holes, x.topic(), &hole::topic);
    if (i == holes.end()) {
      holes.push_back({x.topic(), std::move(*span)});
      continue;
    }
    i->content.from = std::min(i->content.from, span->from);
    i->content.to = std::max(i->content.to, span->to);
  }
  std::vector<frame> result;
  result.reserve(holes.size());
  for (auto& x : holes)
    result.push_back(frame::text(protocol::to_text(x.content))
                       .of_room(x.topic, outbox_policy::drop_oldest));
  return result;
}

} // namespace atrium
