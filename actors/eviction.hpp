#pragma once

#include "atrium/actors/environment.hpp"

namespace atrium {

/// Tells the node that has the connection called `id`, which may be this one,
/// to close it because its user has too many. As reliable as the bus.
void evict(bus& by, const channel_names& names, std::string_view id);

/// Takes such words for this node from the bus and passes them on to its lanes.
std::shared_ptr<subscriber> make_eviction_listener(environment_ptr env);

} // namespace atrium
