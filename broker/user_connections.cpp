#include "atrium/broker/user_connections.hpp"

#include <algorithm>

namespace atrium {

bool user_connections::add(const std::string& user, lease x) {
  if (find(user, x.connection) != nullptr)
    return false;
  users_[user].push_back(x);
  return true;
}

bool user_connections::remove(std::string_view user, std::uint64_t connection) {
  auto i = users_.find(user);
  if (i == users_.end())
    return false;
  auto gone = std::erase_if(
    i->second, [=](auto& x) { return x.connection == connection; });
  if (i->second.empty())
    users_.erase(i);
  return gone != 0;
}

auto user_connections::find(std::string_view user) const -> const leases* {
  auto i = users_.find(user);
  return i != users_.end() ? &i->second : nullptr;
}

auto user_connections::find(std::string_view user, std::uint64_t connection)
  -> lease* {
  auto i = users_.find(user);
  if (i == users_.end())
    return nullptr;
  auto at = std::ranges::find(i->second, connection, &lease::connection);
  return at != i->second.end() ? &*at : nullptr;
}

lease_decision user_connections::decide(std::string_view user,
                                        const newcomer& who,
                                        const limiter_config& by,
                                        std::vector<std::uint64_t>& gone) {
  if (find(user, who.connection) == nullptr)
    return {}; // has had to go for a younger one
  lease_decision result;
  for (auto& x : *find(user))
    if (x.admitted && x.connection != who.connection)
      result.rivals.push_back(by.id_of(x.connection));
  // The newcomer leaves without a decision and asks again when it knows more: a
  // lease that it kept meanwhile would count against others.
  if (result.rivals.size() >= by.most && !by.decides_at_once(who)) {
    remove(user, who.connection);
    return result;
  }
  // More than one may have to go: other newcomers wait in the table as well.
  while (auto loser = surplus(user, who, by)) {
    remove(user, *loser);
    if (*loser == who.connection)
      return {};
    gone.push_back(*loser);
  }
  find(user, who.connection)->admitted = true;
  return {true};
}

// Those about whom nothing is decided yet have their turn later: of them only
// the older ones are in the newcomer's way.
std::optional<std::uint64_t>
user_connections::surplus(std::string_view user, const newcomer& who,
                          const limiter_config& by) const {
  auto& all = *find(user);
  if (all.size() <= by.most)
    return std::nullopt;
  for (auto& x : all)
    if (x.connection != who.connection
        && std::ranges::count(who.silent, by.id_of(x.connection)) != 0)
      return x.connection;
  if (by.policy == surplus_policy::kick_oldest)
    // `all` is in the order of `add`.
    return all.front().connection;
  auto found = std::ranges::find(all, who.connection, &lease::connection);
  if (static_cast<std::size_t>(found - all.begin()) < by.most)
    return std::nullopt;
  return who.connection;
}

} // namespace atrium
