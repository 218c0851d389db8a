#pragma once

#include "atrium/net/http/http_types.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace atrium {

// What the values of header fields mean (RFC 9110, 5.5 and 5.6), so that nobody
// compares them as text.

/// Returns the first line of a field, if there is one. Walks over all lines: by
/// number, which costs less than to compare a few names as text.
std::optional<std::string_view> find_field(const http_request& x,
                                           boost::beast::http::field name);

/// Returns the same; empty if there is none.
inline std::string_view value_of(const http_request& x,
                                 boost::beast::http::field name) {
  return find_field(x, name).value_or(std::string_view{});
}

/// Returns the elements of a list, without the space around them; empty ones do
/// not count (RFC 9110, 5.6.1). Refers to `list`.
std::vector<std::string_view> elements_of(std::string_view list);

/// Returns whether a list has `token`; case does not matter.
bool has_token(std::string_view list, std::string_view token);

/// Returns whether a Content-Type is `type`, whatever its parameters.
bool is_media_type(std::string_view value, std::string_view type);

/// Returns whether an Accept names `type` itself and does not refuse it (q=0).
bool names_media_type(std::string_view accept, std::string_view type);

/// Makes one line of each list that stands on several (RFC 9110, 5.3). Returns
/// the name of a field that is no list and stands there more than once; empty
/// if there is none.
std::string_view join_lines(http_request& x);

} // namespace atrium
