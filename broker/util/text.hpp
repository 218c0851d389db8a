#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace atrium {

/// Returns whether `text` is well-formed UTF-8 (RFC 3629): no overlong forms,
/// no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) noexcept;

/// Returns whether `text` may name a room or a user: 1..128 bytes of UTF-8
/// without control characters (U+0000..U+001F, U+007F..U+009F).
bool is_name(std::string_view text) noexcept;

/// Returns whether `text` may identify an event: 1..64 characters of
/// `A-Z a-z 0-9 . _ : -`.
bool is_event_id(std::string_view text) noexcept;

/// Returns `text` as UTF-8 of at most `most` bytes: what is malformed becomes
/// U+FFFD, and it is cut between characters.
std::string make_utf8(std::string_view text, std::size_t most);

} // namespace atrium
