#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// Where an HTTP server answers.
struct http_url {
  std::string host; ///< Name or address; IPv6 without brackets.
  std::uint16_t port = 0;
  std::string target = "/"; ///< Path and query.
  std::string authority;    ///< Host and port as they stood in the text.
};

/// Reads `http://host[:port][/path]`, or the same with `https`, as `scheme`
/// says; nothing if `text` is something else.
std::optional<http_url> parse_http_url(std::string_view text,
                                       std::string_view scheme = "http");

} // namespace atrium
