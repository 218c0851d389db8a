#include "atrium/broker/memory/memory_registry.hpp"

namespace atrium {

// Whoever has to go gives its place up here and now, so that one newcomer never
// costs two their places.
void memory_registry::enter(const std::string& user, newcomer who,
                            answer done) {
  std::vector<std::uint64_t> gone;
  auto result = decide(user, who, gone);
  for (auto x : gone)
    config_.evict(config_.id_of(x));
  done(result);
}

seating memory_registry::decide(const std::string& user, const newcomer& who,
                                std::vector<std::uint64_t>& gone) {
  std::lock_guard guard{mutex_};
  seats_.add(user, {who.connection, seat_table::clock::now()});
  auto result = seats_.decide(user, who, config_, gone);
  stats_.evicted += gone.size();
  if (!result.admitted && config_.decides_at_once(who))
    ++stats_.refused;
  return result;
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
