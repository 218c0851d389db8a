#pragma once

#include "atrium/broker/envelope.hpp"

#include <cstdint>

namespace atrium {

/// When and where a message was accepted.
struct message_source {
  enum class place : std::uint8_t {
    unknown,   ///< The packet does not say it.
    here,      ///< On this node.
    elsewhere, ///< On another one.
  };

  unix_time time;
  place where = place::unknown;

  bool operator==(const message_source&) const = default;
};

} // namespace atrium
