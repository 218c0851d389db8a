#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace atrium {

/// How many slots a Redis Cluster shares out to its masters.
inline constexpr std::size_t slot_count = 16'384;

/// Returns the slot of a key or of a channel: of what stands in its first pair
/// of braces, if that is anything, else of all of it.
std::uint16_t key_slot(std::string_view key) noexcept;

} // namespace atrium
