#pragma once

#include "atrium/actors/identity.hpp"
#include "atrium/actors/replies.hpp"
#include "atrium/net/admission/origin_rules.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace atrium {

/// What an upgrade request says about who wants to come in.
struct upgrade_request {
  std::string_view target; ///< Path and query as they stand in the request.
  std::string_view host;   ///< The Host header.
  std::string_view origin; ///< The Origin header; empty: not a browser.
};

/// Why somebody is not let in: as an HTTP answer, and as a close code for
/// browsers, which cannot read the former.
struct refusal {
  unsigned status = 400;
  std::string code; ///< Like the error codes of the protocol.
  std::string message;
  close_code close = close_code::policy;
};

/// Returns why a page of this origin may not connect, or nothing.
std::optional<refusal> refuse_origin(const upgrade_request& who,
                                     const origin_rules& by);

/// Returns whether a Host header names this machine: localhost or a loopback
/// address.
bool is_local_name(std::string_view host);

/// Returns whether an Origin header is that of a page of this host.
bool is_origin_of(std::string_view host, std::string_view origin);

/// Returns the refusal of a client whose token was not accepted.
refusal refusal_from(const failure& x);

/// Decides before the upgrade, on a node without authentication, who the user
/// is and whether the client may come in.
std::variant<identity, refusal> admit(const upgrade_request& who,
                                      const origin_rules& by);

/// Returns why the name of the client's device is not valid, or nothing; also
/// if there is none.
std::optional<refusal> refuse_device(const upgrade_request& who);

/// Returns the path of a request target.
std::string_view path_of(std::string_view target);

/// Returns the decoded value of a query parameter, if it is there and decodes.
std::optional<std::string> query_value(std::string_view target,
                                       std::string_view key);

} // namespace atrium
