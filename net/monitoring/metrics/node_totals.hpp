#pragma once

#include "atrium/actors/json_inspector.hpp"

#include <cstdint>

namespace atrium {

/// How much a node has done since its start, and what it has now.
struct node_totals {
  std::uint64_t connections_opened = 0; ///< Clients that were welcomed.
  std::uint64_t messages_in = 0;        ///< Requests that the bus has taken.
  std::uint64_t deliveries = 0;         ///< Messages appended to outboxes.
  std::uint64_t bytes_out = 0;          ///< Of WebSockets.
  std::uint64_t connections = 0;        ///< Open, or about to be.
  std::uint64_t rooms = 0;              ///< With members on this node.
  std::uint64_t users = 0;              ///< With connections on this node.
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_totals& x) {
  return f(named("connections_opened"), x.connections_opened,
           named("messages_in"), x.messages_in, named("deliveries"),
           x.deliveries, named("bytes_out"), x.bytes_out);
}

} // namespace atrium
