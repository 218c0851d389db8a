#include "atrium/net/monitoring/metrics/event_families.hpp"

namespace atrium {

void add_events(family_list& to, const event_sink* told) {
  auto x = told != nullptr ? told->stats() : event_sink_stats{};
  std::vector<sample> up;
  if (told != nullptr)
    up.push_back({x.connected ? 1.0 : 0.0});
  to.gauge({"atrium_events_up", "1 when the back end hears what happens."}, up);
  to.gauge({"atrium_events_waiting", "Events that the back end has not heard."},
           {{value_of(x.waiting)}});
  to.gauge({"atrium_events_waiting_bytes", "Bytes of these events."},
           {{value_of(x.bytes)}});
  to.counter({"atrium_events_delivered_total", "Events that it has taken."},
             {{value_of(x.delivered)}});
  to.counter({"atrium_events_retries_total", "Batches that were sent again."},
             {{value_of(x.repeated)}});
  to.counter({"atrium_events_dropped_total",
              "Events that it will not hear, by reason.", "reason"},
             {{value_of(x.dropped), "full"}, {value_of(x.refused), "refused"}});
}

} // namespace atrium
