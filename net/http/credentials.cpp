#include "atrium/net/http/credentials.hpp"

#include "atrium/broker/util/trace_context.hpp"
#include "atrium/broker/util/utf8.hpp"
#include "atrium/net/admission/admission.hpp"
#include "atrium/net/http/http_fields.hpp"

#include <boost/algorithm/string/predicate.hpp>

#include <algorithm>

namespace atrium {

namespace http = boost::beast::http;

namespace {

constexpr std::string_view bearer_scheme = "Bearer ";
constexpr std::string_view bearer_protocol = "bearer.";

std::vector<std::string_view> protocols_of(const http_request& x) {
  return elements_of(std::string_view{x[http::field::sec_websocket_protocol]});
}

} // namespace

bool offers_subprotocol(const http_request& x, std::string_view name) {
  // As it stands: a browser takes no other one for the one it has offered.
  return std::ranges::count(protocols_of(x), name) != 0;
}

std::string_view bearer_token_of(const http_request& x) {
  std::string_view given{x[http::field::authorization]};
  auto fits = boost::algorithm::istarts_with(given, bearer_scheme);
  if (!fits)
    return {};
  // One space or more (RFC 9110, 11.4).
  auto start = given.find_first_not_of(' ', bearer_scheme.size());
  return given.substr(std::min(start, given.size()));
}

std::string token_of(const http_request& x) {
  // Browsers let no script set Authorization, so there are two other ways. The
  // query comes last, since URLs end up in the logs of proxies.
  if (auto token = bearer_token_of(x); !token.empty())
    return std::string{token};
  for (std::string_view name : protocols_of(x))
    if (name.starts_with(bearer_protocol))
      return std::string{name.substr(bearer_protocol.size())};
  return query_value(std::string_view{x.target()}, "token").value_or("");
}

std::string traceparent_of(const http_request& x) {
  std::string_view value{x["traceparent"]}; // several lines are joined by ','
  return value.find(',') == value.npos ? read_traceparent(value)
                                       : std::string{};
}

credentials credentials_of(const http_request& x, std::string ip,
                           const std::vector<std::string>& headers) {
  credentials result{token_of(x), std::move(ip), {}};
  for (auto& name : headers) {
    std::string value{x[name]};
    // The values go to the back end as JSON, which is UTF-8 only.
    if (!value.empty() && is_utf8(value))
      result.headers.emplace_back(name, std::move(value));
  }
  return result;
}

} // namespace atrium
