#pragma once

#include "atrium/actors/publication.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace atrium {

/// Messages of a history in their order: all those behind `after`, up to
/// `until`, but for what could not be decoded.
struct stretch {
  static constexpr auto unbounded = std::numeric_limits<std::size_t>::max();

  std::uint64_t after = 0;
  std::uint64_t until = 0;
  std::vector<publication_ptr> messages = {};
  std::size_t bytes = 0; ///< Of the messages.

  /// Starts anew, behind `at`.
  void begin(std::uint64_t at);

  /// Appends the message that comes next.
  void add(const publication_ptr& x);

  /// Appends what `behind` has more, if nothing is between the two, until there
  /// are so many bytes.
  void join(const stretch& behind, std::size_t most_bytes = unbounded);

  /// Whether this is the offset of a message in here, or of one of the ends. No
  /// other offset between them has to be one of the same history: a server that
  /// was started anew leaves numbers out that it has given out before.
  bool has(std::uint64_t offset) const;

  /// Returns the messages behind `offset`, which is in here, up to `last`; so
  /// many of them and of their bytes at most, though one at least.
  stretch part(std::uint64_t offset, std::uint64_t last,
               std::size_t most = unbounded,
               std::size_t most_bytes = unbounded) const;
};

} // namespace atrium
