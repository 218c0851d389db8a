#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// Reverses percent-encoding (RFC 3986, 2.1); nothing where it is broken. In a
/// query, as forms make it, a plus stands for a space.
std::optional<std::string> decode_percent(std::string_view text,
                                          bool plus_is_space);

/// Encodes everything but unreserved characters (RFC 3986, 2.3).
std::string encode_percent(std::string_view text);

} // namespace atrium
