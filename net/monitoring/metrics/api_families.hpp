#pragma once

#include "atrium/net/monitoring/metrics/family_list.hpp"

namespace atrium {

struct api_traffic;

/// Adds what the HTTP API does and has done.
void add_api(family_list& to, const api_traffic& x);

} // namespace atrium
