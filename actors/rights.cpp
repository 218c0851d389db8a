#include "atrium/actors/rights.hpp"

#include "atrium/actors/util/name_pattern.hpp"
#include "atrium/broker/util/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace atrium {

namespace {

constexpr std::array<std::pair<std::string_view, room_right>, 4> names = {{
  {"join", &room_rights::join},
  {"publish", &room_rights::publish},
  {"presence", &room_rights::presence},
  {"history", &room_rights::history},
}};

} // namespace

room_right find_room_right(std::string_view name) {
  for (auto& [text, right] : names)
    if (text == name)
      return right;
  return nullptr;
}

std::string read_rights(std::string_view text, room_rights& out) {
  for (;;) {
    auto end = std::min(text.find_first_of(",+"), text.size());
    auto name = text.substr(0, end);
    auto right = find_room_right(name);
    if (right == nullptr)
      return "'" + std::string{name}
             + "' is not join, publish, presence or history";
    out.*right = true;
    if (end == text.size())
      return {};
    text.remove_prefix(end + 1);
  }
}

std::string read_room_grant(std::string_view text, room_grant& out) {
  auto rule = split_rule(text);
  if (!rule || !is_name(rule->pattern))
    return "'" + std::string{text} + "' is not like lobby:*=join,publish";
  room_rights what;
  if (auto error = read_rights(rule->value, what); !error.empty())
    return error;
  out = {std::string{rule->pattern}, what};
  return {};
}

const std::shared_ptr<const rights>& rights::everything() {
  static const auto instance = std::make_shared<const rights>(
    std::vector<room_grant>{{"*", {true, true, true, true}}}, true, true);
  return instance;
}

const std::shared_ptr<const rights>& rights::nothing() {
  static const auto instance
    = std::make_shared<const rights>(std::vector<room_grant>{}, false, false);
  return instance;
}

rights::rights(std::vector<room_grant> rooms, bool broadcast, bool send,
               std::shared_ptr<const rights> common)
  : rooms_(std::move(rooms)),
    broadcast_(broadcast),
    send_(send),
    common_(std::move(common)) {
  // nop
}

bool rights::permits(const client_request& x) const {
  // Rights only add up: nothing takes away what `common` grants.
  auto own = std::visit([this](auto& request) { return in_order(request); }, x);
  return own || (common_ && common_->permits(x));
}

bool rights::granted(room_right what, std::string_view room) const {
  return std::ranges::any_of(rooms_, [&](const room_grant& x) {
    return x.what.*what && fits(x.pattern, room);
  });
}

bool rights::in_order(const join_request& x) const {
  return granted(&room_rights::join, x.room);
}

bool rights::in_order(const leave_request&) const {
  return true;
}

bool rights::in_order(const publish_request& x) const {
  return granted(&room_rights::publish, x.room);
}

bool rights::in_order(const send_request&) const {
  return send_;
}

bool rights::in_order(const broadcast_request&) const {
  return broadcast_;
}

bool rights::in_order(const ack_request&) const {
  return true;
}

bool rights::in_order(const presence_request& x) const {
  return granted(&room_rights::presence, x.room);
}

bool rights::in_order(const history_request& x) const {
  return granted(&room_rights::history, x.room);
}

bool rights::in_order(const ping_request&) const {
  return true;
}

} // namespace atrium
