#pragma once

#include "atrium/net/auth/authenticator.hpp"
#include "atrium/net/http/http_types.hpp"

namespace atrium {

/// Returns whether the client offers the subprotocol `name`.
bool offers_subprotocol(const http_request& x, std::string_view name);

/// Returns the token of `Authorization: Bearer`, if there is one.
std::string_view bearer_token_of(const http_request& x);

/// Returns the token of an upgrade request: from `Authorization: Bearer`, or
/// else from a subprotocol `bearer.<token>`, or else from the query's `token`.
/// Empty: none.
std::string token_of(const http_request& x);

/// Returns the `traceparent` of an upgrade request; empty if it is missing, is
/// malformed or stands there several times.
std::string traceparent_of(const http_request& x);

/// Returns what the authenticator gets to see of an upgrade request; `headers`
/// names those that are passed on.
credentials credentials_of(const http_request& x, std::string ip,
                           const std::vector<std::string>& headers);

} // namespace atrium
