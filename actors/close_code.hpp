#pragma once

#include <cstdint>

namespace atrium {

/// Why a node closes a connection; the values go over the wire. A back end may
/// give others (`is_command_code`).
enum class close_code : std::uint16_t {
  normal = 1000,
  going_away = 1001,  ///< The node stops: reconnect after the hint.
  unsupported = 1003, ///< A binary frame.
  not_utf8 = 1007,
  policy = 1008,               ///< A bad token or a forbidden origin.
  internal = 1011,             ///< A defect of the node.
  try_again_later = 1013,      ///< The node is overloaded or has no bus.
  token_expired = 4001,        ///< And no newer one came in time.
  no_pong = 4002,              ///< Silent for two ping intervals.
  slow_consumer = 4003,        ///< Its outbox went over the bound.
  too_many_connections = 4004, ///< Of this user.
  disconnected = 4005,         ///< By an administrator or the back end.
  too_many_errors = 4006,      ///< Mistakes, or more than it may send.
};

} // namespace atrium
