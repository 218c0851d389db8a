#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/broker/bus.hpp"
#include "atrium/broker/connection_limiter.hpp"
#include "atrium/broker/history.hpp"
#include "atrium/broker/inbox.hpp"
#include "atrium/broker/node_registry.hpp"
#include "atrium/broker/presence.hpp"
#include "atrium/net/monitoring/metrics/family_list.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace atrium {

class redis_lease;
struct client_counters;

// Metrics of what all lanes have in common.

/// Adds what the bus says of itself, which of the `links` to Redis are up, all
/// of them, and how long a message took last time to go through the bus and
/// come back.
void add_bus(family_list& to, const bus_stats& bus,
             const std::vector<sample>& links,
             std::optional<std::chrono::steady_clock::duration> round_trip);

/// Adds what the histories of rooms have kept and told, and what rooms know
/// without asking them; null: the bus keeps none.
void add_history(family_list& to, const environment& env,
                 const history_log* log);

/// Adds who is in rooms, and what the node has told of that; null: no room
/// tells it.
void add_presence(family_list& to, const presence* told);

/// Adds what is kept for users, and what has become of it; null: nothing is.
void add_inbox(family_list& to, const inbox* kept);

/// Adds what was dropped and refused: that happens seldom, anywhere.
void add_trouble(family_list& to, const environment& env,
                 const client_counters& clients, const bus_stats& bus);

/// Adds whether the limit of a user's connections holds on all nodes, and what
/// it has decided; null: there is no limit.
void add_user_limits(family_list& to, const connection_limiter* users);

/// Adds whether this node is announced to the others, and how old its list of
/// them is; null: it has none.
void add_node_registry(family_list& to, const node_registry* nodes);

/// Adds whether this node has a lease, and what has become of others; null: it
/// runs alone.
void add_lease(family_list& to, const redis_lease* lease);

/// Adds what the log has left out.
void add_log(family_list& to);

/// Adds what the kernel knows of the process, by Prometheus' own names.
void add_process(family_list& to);

} // namespace atrium
