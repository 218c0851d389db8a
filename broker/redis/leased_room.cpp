#include "atrium/broker/redis/leased_room.hpp"

namespace atrium {

std::string leased_rooms_key(const channel_names& names,
                             std::string_view lease_id) {
  auto result = names.nodes();
  result.append(":rooms:").append(lease_id);
  return result;
}

std::string write_leased_room(const leased_room& x) {
  return std::string{letter_of(x.mode)} + ' ' + x.name;
}

std::optional<leased_room> read_leased_room(std::string_view member) {
  auto head = member.substr(0, 2);
  if (head != "c " && head != "f ")
    return std::nullopt;
  auto mode = head == "c " ? presence_mode::count : presence_mode::full;
  return leased_room{std::string{member.substr(head.size())}, mode};
}

} // namespace atrium
