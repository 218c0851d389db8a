#pragma once

#include "atrium/actors/identity.hpp"
#include "atrium/broker/json/json_object.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace atrium {

// What a token's payload and a backend's answer have in common.

/// Reads `rooms`, `broadcast`, `send` and `info` into `out`; all may be absent.
/// `common` is granted as well. Returns what is wrong, or nothing.
std::string read_grants(const json_object& from,
                        const std::shared_ptr<const rights>& common,
                        identity& out);

/// Reads `key`, a boolean that may be absent. Returns false if it is neither.
bool read_flag(const json_object& from, std::string_view key, bool& out);

/// Returns the text of the member `key` if it is there and a string.
std::optional<std::string> text_of(const json_object& from,
                                   std::string_view key);

/// Returns whether `raw` is an array in which the string `text` stands.
bool has_text(std::string_view raw, std::string_view text);

/// Returns `bytes` in base64url (RFC 4648, section 5, no padding).
std::string encode_base64url(std::string_view bytes);

/// Returns the bytes that `text` stands for (RFC 4648, section 5, no padding).
std::optional<std::string> decode_base64url(std::string_view text);

} // namespace atrium
