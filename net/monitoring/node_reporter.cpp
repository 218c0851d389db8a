#include "atrium/net/monitoring/node_reporter.hpp"

#include "atrium/actors/room_homes.hpp"
#include "atrium/actors/room_types.hpp"
#include "atrium/actors/util/directory_counters.hpp"
#include "atrium/actors/util/semaphore.hpp"

namespace atrium {

node_reporter::node_reporter(environment_ptr env,
                             std::shared_ptr<const semaphore> connections)
  : env_(std::move(env)), connections_(std::move(connections)) {
  // nop
}

void node_reporter::serve_at(std::string where) {
  std::lock_guard guard{mutex_};
  internal_ = std::move(where);
}

node_info node_reporter::report() {
  node_info x;
  x.node = env_->node_id;
  x.run = env_->run_id;
  x.version = env_->version;
  auto age = std::chrono::floor<std::chrono::seconds>(clock::now() - start_);
  x.uptime_s = static_cast<std::uint64_t>(age.count());
  x.connections = connections_->taken();
  x.rooms = env_->directory_counts->rooms.value();
  x.users = env_->directory_counts->users.value();
  x.load = cpu_.load();
  if (env_->homes) {
    x.homes = env_->rooms->digest(home::one);
    x.draining = env_->homes->is_draining();
  }
  std::lock_guard guard{mutex_};
  x.internal = internal_;
  return x;
}

} // namespace atrium
