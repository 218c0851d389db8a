#include "atrium/net/cli/bench/dialect.hpp"

#include "atrium/net/cli/bench/text_parts.hpp"

namespace atrium::bench {

std::string dialect::target(const std::string& path,
                            const std::string& user) const {
  // For a node without authentication (net/PROTOCOL.md, 1).
  auto separator = path.find('?') == std::string::npos ? "?user=" : "&user=";
  return concat({path, separator, user});
}

message_place dialect::place_of(std::string_view) const {
  return {};
}

std::optional<room_position> dialect::position_of(std::string_view) const {
  return std::nullopt;
}

bool dialect::is_lost(std::string_view) const {
  return true;
}

std::vector<std::string_view> dialect::missed_in(std::string_view) const {
  return {};
}

std::optional<std::uint64_t> dialect::present_in(std::string_view) const {
  return std::nullopt;
}

member_change dialect::change_in(std::string_view) const {
  return {};
}

std::string dialect::rejoin(const std::string&, const room_position&) const {
  return {};
}

std::string dialect::leave(const std::string&) const {
  return {};
}

std::string dialect::who_is_in(const std::string&) const {
  return {};
}

std::string dialect::send(const std::string&, const std::string&) const {
  return {};
}

std::string dialect::broadcast(const std::string&) const {
  return {};
}

} // namespace atrium::bench
