#pragma once

#include "atrium/actors/observable.hpp"

#include <string>
#include <unordered_map>

namespace atrium {

/// Which user has opened which of a node's rooms, so that nobody takes all of
/// them for themselves. A room counts for who joined it first, until it ends.
class room_shares {
public:
  /// Returns how many of the rooms that there are the user has opened.
  std::size_t opened_by(const std::string& user) const {
    auto i = users_.find(user);
    return i != users_.end() ? i->second : 0;
  }

  void open(actor_number room, const std::string& user) {
    auto& entry = *users_.try_emplace(user, 0).first;
    ++entry.second;
    rooms_.emplace(room, &entry);
  }

  /// Forgets a room, if it is there.
  void close(actor_number room) {
    auto gone = rooms_.extract(room);
    if (gone.empty())
      return;
    auto& [user, rooms] = *gone.mapped();
    if (--rooms == 0)
      users_.erase(std::string{user}); // the key must outlive the call
  }

private:
  using shares = std::unordered_map<std::string, std::size_t>;

  shares users_;
  std::unordered_map<actor_number, shares::value_type*> rooms_;
};

} // namespace atrium
