#pragma once

#include "atrium/broker/util/errc.hpp"
#include "atrium/broker/util/shared_bytes.hpp"
#include "atrium/broker/util/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace atrium {

// What becomes of messages in inboxes that nobody acknowledges.

/// So many dead letters of a user are kept, or few more, the newest ones, and
/// for so long.
inline constexpr std::size_t max_dead_letters = 10'000;
inline constexpr std::chrono::hours dead_letter_lifetime{30 * 24};

/// A message that nobody has acknowledged in time.
struct dead_letter {
  enum class cause : std::uint8_t { expired, too_many };

  std::string user;
  std::string id;      ///< Among the dead letters of the user.
  std::string message; ///< The id that it had in the inbox.
  cause why = cause::expired;
  unix_time time{}; ///< When it was given up.
  shared_bytes packet;
};

/// Which dead letters.
struct dead_letter_query {
  std::string user = {};   ///< Empty: of all users, by their names.
  std::string after = {};  ///< Of a page, its `next`; empty: from the first.
  std::size_t limit = 100; ///< Letters at most.

  /// Bytes of packets at most, though never less than one letter.
  std::size_t max_bytes = std::size_t{1} << 20;
};

/// Some dead letters.
struct dead_letter_page {
  /// `none`, `bus_unavailable`, `timeout`, or `bad_request`: `after` is no
  /// `next`. The rest is empty then.
  errc error = errc::none;

  std::vector<dead_letter> letters;
  std::string next = {}; ///< Where the next page begins; empty: nowhere.
};

/// What became of a command about dead letters.
struct dead_letter_outcome {
  /// As above; `bad_request`: `id` is none.
  errc error = errc::none;

  std::size_t letters = 0; ///< Replayed or purged.

  /// Not replayed: the inbox is full (`inbox_rule::most`).
  std::size_t stayed = 0;
};

} // namespace atrium
