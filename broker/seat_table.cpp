#include "atrium/broker/seat_table.hpp"

#include <algorithm>

namespace atrium {

bool seat_table::add(const std::string& user, seat x) {
  auto& all = users_[user];
  if (std::ranges::find(all, x.connection, &seat::connection) != all.end())
    return false;
  all.push_back(x);
  return true;
}

bool seat_table::remove(std::string_view user, std::uint64_t connection) {
  auto i = users_.find(user);
  if (i == users_.end())
    return false;
  auto gone = std::erase_if(
    i->second, [=](auto& x) { return x.connection == connection; });
  if (i->second.empty())
    users_.erase(i);
  return gone != 0;
}

auto seat_table::find(std::string_view user) const -> const seats* {
  auto i = users_.find(user);
  return i != users_.end() ? &i->second : nullptr;
}

std::optional<std::uint64_t>
seat_table::surplus(std::string_view user, std::uint64_t newest,
                    const registry_config& by) const {
  auto* all = find(user);
  if (all == nullptr || all->size() <= by.most)
    return std::nullopt;
  if (by.policy == surplus_policy::reject)
    return newest;
  return all->front().connection;
}

} // namespace atrium
