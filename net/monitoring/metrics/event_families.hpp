#pragma once

#include "atrium/broker/event_sink.hpp"
#include "atrium/net/monitoring/metrics/family_list.hpp"

namespace atrium {

/// Adds what the back end has heard, and what it has not; null: it hears
/// nothing.
void add_events(family_list& to, const event_sink* told);

} // namespace atrium
