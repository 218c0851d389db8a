#pragma once

#include "atrium/actors/environment.hpp"

#include <string>
#include <string_view>

namespace atrium {

// Connections of one user meet on different nodes: here are the words that
// nodes have for each other about them. A node does what concerns its own
// connections by itself; words are as reliable as the bus.

/// Closes the connection called `id` because its user has too many.
void evict(const environment& env, const std::string& id);

/// Asks whether the client of the connection called `rival` is still there: its
/// node pings it. The connection with the number `asker`, of this node, gets a
/// `rival_found`, unless the other node does not answer.
void ask_after(const environment& env, const std::string& rival,
               actor_number asker);

/// Takes such words for this node from the bus and acts on them.
std::shared_ptr<subscriber> make_eviction_listener(environment_ptr env);

} // namespace atrium
