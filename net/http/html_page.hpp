#pragma once

#include <string>
#include <string_view>

namespace atrium {

/// Returns the Content-Security-Policy (W3C, CSP3) of a page that is one
/// document: its own scripts and style sheets run, by their hashes, and no
/// others; it asks only the server that it comes from; no page frames it.
std::string policy_of(std::string_view page);

/// What an answer may do that is no page, should a browser be made to show it:
/// nothing.
inline constexpr std::string_view strictest_policy
  = "default-src 'none'; frame-ancestors 'none'";

} // namespace atrium
