// What operators see of a lane.

#include "atrium/actors/client_session.hpp"
#include "atrium/actors/delivery/lane.hpp"
#include "atrium/actors/util/first_of.hpp"
#include "atrium/actors/util/semaphore.hpp"

namespace atrium {

namespace {

children
as_children(const std::vector<const lane_members::local_connection*>& xs) {
  children result;
  for (auto* x : xs)
    result.page.push_back({{}, x->connection, x->out->queued_bytes()});
  return result;
}

} // namespace

children lane_state::list(const list_connections& x) const {
  std::vector<const lane_members::local_connection*> found;
  members_.for_connections([&](auto& one) {
    if (one.connection->id() > x.after)
      found.push_back(&one);
  });
  auto result = as_children(first_of(std::move(found), x.limit, [](auto* one) {
    return one->connection->id();
  }));
  result.total = members_.size();
  return result;
}

children lane_state::list(const list_slowest& x) const {
  std::vector<const lane_members::local_connection*> found;
  members_.for_connections([&](auto& one) {
    if (one.out->queued_bytes() != 0)
      found.push_back(&one);
  });
  auto total = found.size();
  auto result = as_children(first_of(std::move(found), x.limit, [](auto* one) {
    return -static_cast<std::int64_t>(one->out->queued_bytes());
  }));
  result.total = total;
  return result;
}

caf::error inspect(json_inspector& f, lane_state& x) {
  return f(named("name"), x.name_, named("connections"), x.members_.size(),
           named("rooms"), x.members_.rooms(), named("queue"),
           x.queue_->entries(), named("queue_bytes"), x.queue_->taken(),
           named("fan_outs"), x.fan_outs_, named("errors"), x.lost_,
           named("restarts"), 0);
}

} // namespace atrium
