#pragma once

#include <cstddef>
#include <cstdint>

namespace atrium {

/// Has the processor fetch so many cache lines from `begin` on, to be written;
/// goes on at once. A hint: what is there does not matter, nor whether anything
/// is.
template <std::size_t Lines>
void prefetch_lines(const void* begin) noexcept {
  constexpr std::size_t line = 64;
  // A number, since no pointer may leave its object.
  auto address = reinterpret_cast<std::uintptr_t>(begin);
  for (std::size_t i = 0; i < Lines; ++i) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): nothing is read by it
    auto* at = reinterpret_cast<const void*>(address + i * line);
    __builtin_prefetch(at, 1);
  }
}

} // namespace atrium
