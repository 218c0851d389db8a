#pragma once

#include <cstdint>

namespace atrium {

/// Where the logic of a room runs.
enum class home : std::uint8_t {
  each, ///< On every node with members, and on each it has a state of its own.
  one,  ///< On one node of the cluster at a time: there is one truth.
};

} // namespace atrium
