#include "atrium/broker/memory/memory_connection_limiter.hpp"

namespace atrium {

// Whoever has to go gives its lease up here and now, so that one newcomer never
// costs two their leases. The callbacks run without the lock; the newcomer
// hears last, when its rivals have been told to go.
void memory_connection_limiter::enter(const std::string& user, newcomer who,
                                      answer done) {
  std::vector<std::uint64_t> gone;
  auto result = decide(user, who, gone);
  for (auto x : gone)
    config_.evict(config_.id_of(x));
  done(result);
}

lease_decision
memory_connection_limiter::decide(const std::string& user, const newcomer& who,
                                  std::vector<std::uint64_t>& gone) {
  std::lock_guard guard{mutex_};
  connections_.add(user, {who.connection, user_connections::clock::now()});
  auto result = connections_.decide(user, who, config_, gone);
  stats_.evicted += gone.size();
  if (!result.admitted && config_.decides_at_once(who))
    ++stats_.refused;
  return result;
}

void memory_connection_limiter::leave(const std::string& user,
                                      std::uint64_t connection) {
  std::lock_guard guard{mutex_};
  connections_.remove(user, connection);
}

void memory_connection_limiter::change_rules(std::size_t most,
                                             surplus_policy policy) {
  std::lock_guard guard{mutex_};
  config_.most = most;
  config_.policy = policy;
}

limiter_stats memory_connection_limiter::stats() const {
  std::lock_guard guard{mutex_};
  auto result = stats_;
  result.connected = true;
  result.users = connections_.users();
  return result;
}

} // namespace atrium
