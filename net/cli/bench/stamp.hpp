#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atrium::bench {

/// What the generator writes into the `data` of each message to recognise it
/// on arrival.
struct stamp {
  std::uint16_t run = 0; ///< Tells runs at the same server apart.
  std::uint32_t publisher = 0;
  std::uint32_t sequence = 0;
  std::uint64_t time = 0; ///< When it was due, in ns of the steady clock.

  bool operator==(const stamp&) const = default;

  /// Characters of a stamp: a mark and the fields in hexadecimal.
  static constexpr std::size_t width = 1 + 4 + 8 + 8 + 16;

  /// Smallest `data`: a stamp in quotes.
  static constexpr std::size_t smallest = width + 2;
};

/// Returns a JSON string of `size` bytes (>= stamp::smallest) in all, with
/// place for a stamp.
std::string blank_data(std::size_t size);

/// Overwrites the stamp of `data`, which is a pointer to its first quote.
void write_stamp(char* data, const stamp& what);

/// Finds the stamp in a message whose `data` has `size` bytes. It is looked
/// for where the data would be if only a brace or bracket followed it, and
/// only if it is not there by a search.
std::optional<stamp> find_stamp(std::string_view message, std::size_t size);

} // namespace atrium::bench
