#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/net/monitoring/metrics/family_list.hpp"

namespace atrium {

/// Adds which rooms with one home this node owns, and what has become of those
/// that it had.
void add_owners(family_list& to, const environment& env);

} // namespace atrium
