#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace atrium {

/// Returns whether `text` may name a room or a user: 1..128 bytes of UTF-8
/// without control characters (U+0000..U+001F, U+007F..U+009F).
bool is_name(std::string_view text) noexcept;

/// Returns whether `text` may identify an event: 1..64 characters of
/// `A-Z a-z 0-9 . _ : -`.
bool is_event_id(std::string_view text) noexcept;

/// Returns whether all characters of `text` are in `set` or in `more`.
bool has_only(std::string_view text, std::string_view set,
              std::string_view more = {}) noexcept;

/// Returns the number that `text` is in decimal digits alone; nothing if it is
/// none, or more than `most`.
std::optional<std::uint64_t> read_decimal(std::string_view text,
                                          std::uint64_t most) noexcept;

/// Returns `text` without the spaces and tabs at its ends.
std::string_view trimmed(std::string_view text) noexcept;

} // namespace atrium
