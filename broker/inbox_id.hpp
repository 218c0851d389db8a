#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// The id of a message in an inbox, `<time>-<number>`, in the order of ids: of
/// two messages of one user the later one has the greater id.
struct inbox_id {
  std::uint64_t time = 0;   ///< Milliseconds since the Unix epoch, or later.
  std::uint64_t number = 0; ///< Of those at that time.

  bool operator==(const inbox_id&) const = default;

  // Written out: a default looks to clang-tidy like a pointer of 0.
  std::strong_ordering operator<=>(const inbox_id& other) const {
    auto by_time = time <=> other.time;
    return std::is_neq(by_time) ? by_time : number <=> other.number;
  }
};

/// Returns the text of an id.
std::string to_string(const inbox_id& x);

/// Reads the text of an id; nothing if it is none.
std::optional<inbox_id> read_inbox_id(std::string_view text) noexcept;

/// Where a page of dead letters ends: that letter of that user.
struct dead_letter_place {
  std::string_view id;
  std::string_view user;
};

/// Returns what `dead_letter_page::next` is.
std::string to_string(const dead_letter_place& x);

/// Reverses that; nothing if `text` is no such place. The result refers to it.
std::optional<dead_letter_place>
read_dead_letter_place(std::string_view text) noexcept;

} // namespace atrium
