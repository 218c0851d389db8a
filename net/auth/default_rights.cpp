#include "atrium/net/auth/default_rights.hpp"

#include "atrium/net/auth/auth_options.hpp"

namespace atrium {

std::shared_ptr<const rights> default_rights(const auth_options& from) {
  // Neither `broadcast` nor `send` can be granted to everybody: both reach
  // users who share no room with the sender.
  std::vector<room_grant> rooms;
  for (auto& x : from.default_rooms)
    read_room_grant(x, rooms.emplace_back()); // checked with the options
  return std::make_shared<const rights>(std::move(rooms), false, false);
}

} // namespace atrium
