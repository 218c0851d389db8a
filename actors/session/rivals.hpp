#pragma once

#include "atrium/actors/connection_control.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/actors/probe_messages.hpp"

#include <string>
#include <vector>

namespace atrium {

/// What a connection that has no lease knows of those who have: it asks after
/// all of them, since a client whose network was lost may hold a lease that
/// nobody uses any more.
class rivals {
public:
  /// Asks after all of them in the name of a connection of this node.
  void ask(const environment& env, std::vector<std::string> all,
           actor_number requester) {
    unheard_ = std::move(all);
    for (auto& x : unheard_)
      env.control->probe(x, requester);
  }

  /// Takes an answer. Returns whether there is no use in waiting for more.
  bool take(const rival_found& x) {
    if (std::erase(unheard_, x.connection) == 0)
      return false; // too late, or not asked for
    if (!x.alive)
      silent_.push_back(x.connection);
    return !x.alive || unheard_.empty();
  }

  /// Those whose clients do not answer.
  const std::vector<std::string>& silent() const {
    return silent_;
  }

  /// Whether some node has said nothing, so that leases may become free as its
  /// leases run out.
  bool some_unheard() const {
    return !unheard_.empty();
  }

private:
  std::vector<std::string> unheard_;
  std::vector<std::string> silent_;
};

} // namespace atrium
