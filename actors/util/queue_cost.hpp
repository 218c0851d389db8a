#pragma once

#include <cstddef>

namespace atrium {

/// What a message of so many bytes takes in a queue: itself, and what it is
/// wrapped in.
constexpr std::size_t queue_cost(std::size_t bytes) {
  constexpr std::size_t wrapping = 256;
  return bytes + wrapping;
}

} // namespace atrium
