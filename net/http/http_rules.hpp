#pragma once

#include "atrium/net/http/http_routes.hpp"

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
  std::string_view why;
};

/// Makes a request one that has one reading only: each list on one line, the
/// target in origin form (or `*`) with nothing percent-encoded in its path that
/// need not be, the host of the target as Host. Returns what is wrong with it,
/// or nothing.
std::optional<http_flaw> make_sound(http_request& x);

/// Returns what is wrong with bytes that the parser does not take for a request
/// of a version that it knows.
http_flaw flaw_of_start(std::string_view bytes);

/// Returns whether the client waits for 100 before it sends the body.
bool waits_for_continue(const http_request& head);

/// Returns the answer to a request that asks for no WebSocket, or in a way that
/// RFC 6455, 4.2.1, forbids; otherwise leaves of its lists what the upgrade
/// needs.
std::optional<http_answer> refuse_handshake(http_request& x);

/// Returns the time as the field Date has it (RFC 9110, 5.6.7).
std::string http_date(std::chrono::system_clock::time_point now);

} // namespace atrium
