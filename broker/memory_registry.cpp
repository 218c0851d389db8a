#include "atrium/broker/memory_registry.hpp"

namespace atrium {

void memory_registry::enter(const std::string& user, std::uint64_t connection,
                            answer done) {
  auto surplus = add(user, connection);
  if (surplus && *surplus != connection)
    config_.evict(config_.node + '-' + std::to_string(*surplus));
  done(surplus != connection);
}

// Whoever has to go gives its place up here and now, so that one newcomer never
// costs two their places.
std::optional<std::uint64_t> memory_registry::add(const std::string& user,
                                                  std::uint64_t connection) {
  std::lock_guard guard{mutex_};
  if (!seats_.add(user, {connection, 0}))
    return std::nullopt;
  auto surplus = seats_.surplus(user, connection, config_);
  if (surplus) {
    seats_.remove(user, *surplus);
    ++(*surplus == connection ? stats_.refused : stats_.evicted);
  }
  return surplus;
}

void memory_registry::leave(const std::string& user, std::uint64_t connection) {
  std::lock_guard guard{mutex_};
  seats_.remove(user, connection);
}

registry_stats memory_registry::stats() const {
  std::lock_guard guard{mutex_};
  auto result = stats_;
  result.connected = true;
  result.users = seats_.users();
  return result;
}

} // namespace atrium
