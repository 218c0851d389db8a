#include "atrium/broker/inbox_id.hpp"

#include "atrium/broker/packet_header.hpp"
#include "atrium/broker/util/text.hpp"

#include <limits>

namespace atrium {

std::string to_string(const inbox_id& x) {
  return std::to_string(x.time) + '-' + std::to_string(x.number);
}

std::optional<inbox_id> read_inbox_id(std::string_view text) noexcept {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  if (!is_inbox_id(text))
    return std::nullopt;
  auto dash = text.find('-');
  auto time = read_decimal(text.substr(0, dash), most);
  auto number = read_decimal(text.substr(dash + 1), most);
  if (!time || !number)
    return std::nullopt;
  return inbox_id{*time, *number};
}

// The name comes last: it may have spaces.
std::string to_string(const dead_letter_place& x) {
  return std::string{x.id}.append(" ").append(x.user);
}

std::optional<dead_letter_place>
read_dead_letter_place(std::string_view text) noexcept {
  auto space = text.find(' ');
  if (space == text.npos)
    return std::nullopt;
  dead_letter_place result{text.substr(0, space), text.substr(space + 1)};
  if (!read_inbox_id(result.id) || !is_name(result.user))
    return std::nullopt;
  return result;
}

} // namespace atrium
