#include "atrium/net/monitoring/metrics/owner_families.hpp"

#include "atrium/actors/room_homes.hpp"
#include "atrium/actors/util/room_counters.hpp"

namespace atrium {

void add_owners(family_list& to, const environment& env) {
  auto& counts = *env.room_counts;
  auto x = env.homes ? env.homes->owners().stats() : room_owners_stats{};
  std::vector<sample> up;
  if (env.homes)
    up.push_back({x.connected ? 1.0 : 0.0});
  to.gauge({"atrium_room_owners_up", "1 when owners of rooms can be found."},
           up);
  to.gauge({"atrium_room_owners", "Rooms with one home that this node owns."},
           {{value_of(counts.owners)}});
  to.counter({"atrium_room_owner_events_total",
              "Owners that were found, and what became of those here.",
              "event"},
             {{value_of(x.found), "found"},
              {value_of(counts.owners_opened), "opened"},
              {value_of(counts.owners_restored), "restored"},
              {value_of(counts.owners_given_up), "given_up"}});
  to.counter({"atrium_room_words_total",
              "What owners here have said, by what became of it.", "result"},
             {{value_of(x.said), "said"},
              {value_of(x.fenced), "fenced"},
              {value_of(x.unknown), "unknown"}});
  to.counter({"atrium_room_states_evicted_total",
              "States that gave way to those of other rooms."},
             {{value_of(x.evicted)}});
  to.gauge({"atrium_room_state_bytes",
            "What states of rooms take in the node's own memory."},
           {{value_of(x.bytes)}});
}

} // namespace atrium
