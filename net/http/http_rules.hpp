#pragma once

#include "atrium/net/http/http_types.hpp"

#include <boost/system/error_code.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

// What RFC 9110 and RFC 9112 demand of a server about a request's head, as far
// as Beast's parser does not see to it.

/// Why a request cannot be understood, and the status that says so. Where the
/// next one would begin is unknown then, so the connection ends.
struct http_flaw {
  unsigned status = 400;
  std::string why;
};

/// Makes a request one that has one reading only: each list on one line, the
/// target in origin form (or `*`) with nothing percent-encoded in its path that
/// need not be, the host of the target as Host. Returns what is wrong with it,
/// or nothing.
std::optional<http_flaw> make_sound(http_request& x);

/// Returns what is wrong with a request that the parser does not take, for this
/// reason; nothing if it is the connection that has ended. `bytes` begin with
/// its first line, unless that has been taken.
std::optional<http_flaw> flaw_of(boost::system::error_code error,
                                 std::string_view bytes);

/// Returns the path of a request that is not understood, as far as it is known:
/// that of the target, in whatever form, or if this is empty of the first line
/// in `bytes`.
std::string path_named_by(std::string_view target, std::string_view bytes = {});

/// Returns whether the client waits for 100 before it sends the body.
bool waits_for_continue(const http_request& head);

/// Returns the time as the field Date has it (RFC 9110, 5.6.7).
std::string http_date(std::chrono::system_clock::time_point now);

} // namespace atrium
