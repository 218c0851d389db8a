#pragma once

#include "atrium/broker/registry.hpp"
#include "atrium/broker/string_map.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace atrium {

/// The connections of each user on this node, oldest first. Pure state, for one
/// thread.
class seat_table {
public:
  struct seat {
    std::uint64_t connection = 0;
    std::int64_t since = 0; ///< Milliseconds since the Unix epoch.
  };

  using seats = std::vector<seat>;

  /// Adds a connection; returns false if it is there already.
  bool add(const std::string& user, seat x);

  /// Removes a connection; returns false if it is not there.
  bool remove(std::string_view user, std::uint64_t connection);

  /// Returns the connections of a user, or null if there are none.
  const seats* find(std::string_view user) const;

  /// Returns which of the user's connections has to go, if they are more than
  /// `by` allows and `newest` has come last.
  std::optional<std::uint64_t> surplus(std::string_view user,
                                       std::uint64_t newest,
                                       const registry_config& by) const;

  std::size_t users() const {
    return users_.size();
  }

  template <class F>
  void for_each(F f) const {
    for (auto& [user, x] : users_)
      f(user, x);
  }

private:
  string_map<seats> users_;
};

} // namespace atrium
