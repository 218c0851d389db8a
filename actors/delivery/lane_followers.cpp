#include "atrium/actors/delivery/lane_followers.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace atrium {

void lane_followers::add(const catch_up& x) {
  remove(x.room, x.connection);
  all_.push_back({x.room, {x.connection, x.number}, x.more});
}

void lane_followers::remove(actor_number room, actor_number connection) {
  std::erase_if(all_, [=](auto& x) {
    return x.room == room && x.what.connection == connection;
  });
}

void lane_followers::forget(actor_number connection) {
  std::erase_if(all_, [=](auto& x) { return x.what.connection == connection; });
}

std::vector<actor_number> lane_followers::remove_room(actor_number room) {
  std::vector<actor_number> result;
  std::erase_if(all_, [&](auto& x) {
    if (x.room == room)
      result.push_back(x.what.connection);
    return x.room == room;
  });
  return result;
}

void lane_followers::go_on(follower& x) {
  x.is_busy = false;
  caf::anon_send(x.asked, x.what);
}

} // namespace atrium
