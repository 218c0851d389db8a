#pragma once

#include "atrium/broker/connection_limiter.hpp"
#include "atrium/broker/util/string_map.hpp"

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

namespace atrium {

/// The connections of each user on this node, oldest first. Pure state, for one
/// thread.
class user_connections {
public:
  using clock = std::chrono::steady_clock;

  struct lease {
    std::uint64_t connection = 0;
    clock::time_point came{};

    /// When it came by the clock of Redis, in milliseconds, as Redis has said
    /// first; 0: Redis has not said so yet.
    std::int64_t since = 0;

    /// Not while it is still to be decided whether it may stay.
    bool admitted = false;
  };

  using leases = std::vector<lease>;

  /// Adds a connection; returns false if it is there already.
  bool add(const std::string& user, lease x);

  /// Removes a connection; returns false if it is not there.
  bool remove(std::string_view user, std::uint64_t connection);

  /// Returns the connections of a user, or null if they have none.
  const leases* find(std::string_view user) const;

  /// Returns one of them, or null.
  lease* find(std::string_view user, std::uint64_t connection);

  /// Decides by what is in the table about a newcomer that is in it. Takes out
  /// who has no lease: the newcomer, or those that are appended to `gone`.
  lease_decision decide(std::string_view user, const newcomer& who,
                        const limiter_config& by,
                        std::vector<std::uint64_t>& gone);

  std::size_t users() const {
    return users_.size();
  }

  template <class F>
  void for_each(F f) const {
    for (auto& [user, x] : users_)
      f(user, x);
  }

private:
  std::optional<std::uint64_t> surplus(std::string_view user,
                                       const newcomer& who,
                                       const limiter_config& by) const;

  string_map<leases> users_;
};

} // namespace atrium
