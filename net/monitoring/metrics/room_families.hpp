#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/net/monitoring/metrics/family_list.hpp"

namespace atrium {

/// Adds how the logic of rooms fares, and the work that it has done for it.
void add_rooms(family_list& to, const environment& env);

} // namespace atrium
