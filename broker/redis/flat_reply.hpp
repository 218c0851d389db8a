#pragma once

#include "atrium/broker/redis/resp_reply.hpp"

#include <array>

namespace atrium {

/// Reads the replies that come all the time where they lie, without copying:
/// integers, strings, and arrays of up to three of these, such as a pushed
/// message. All else is for a parser that keeps what is incomplete.
class flat_reply {
public:
  /// Takes a whole reply off the front of `bytes`; valid until the next call
  /// and as long as the bytes. Returns an empty reply, and takes nothing, if
  /// that is not whole, not flat, or not written as Redis does.
  resp_reply take(std::string_view& bytes);

private:
  std::array<resp_node, 4> nodes_;
};

} // namespace atrium
