#include "atrium/net/auth/credentials.hpp"

#include "atrium/broker/text.hpp"
#include "atrium/broker/trace_context.hpp"
#include "atrium/net/admission.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/beast/http/rfc7230.hpp>

namespace atrium {

namespace http = boost::beast::http;

namespace {

constexpr std::string_view bearer_scheme = "Bearer ";
constexpr std::string_view bearer_protocol = "bearer.";

http::token_list protocols_of(const http_request& x) {
  return http::token_list{x[http::field::sec_websocket_protocol]};
}

} // namespace

bool offers_subprotocol(const http_request& x) {
  return protocols_of(x).exists(subprotocol);
}

std::string_view bearer_token_of(const http_request& x) {
  std::string_view given{x[http::field::authorization]};
  auto fits = boost::algorithm::istarts_with(given, bearer_scheme);
  return fits ? given.substr(bearer_scheme.size()) : std::string_view{};
}

std::string token_of(const http_request& x) {
  if (auto token = bearer_token_of(x); !token.empty())
    return std::string{token};
  for (std::string_view name : protocols_of(x))
    if (name.starts_with(bearer_protocol))
      return std::string{name.substr(bearer_protocol.size())};
  return query_value(std::string_view{x.target()}, "token").value_or("");
}

std::string traceparent_of(const http_request& x) {
  constexpr auto name = "traceparent";
  return x.count(name) == 1 ? read_traceparent(x[name]) : std::string{};
}

credentials credentials_of(const http_request& x, std::string ip,
                           const std::vector<std::string>& headers) {
  credentials result{token_of(x), std::move(ip), {}};
  for (auto& name : headers) {
    std::string value{x[name]};
    if (!value.empty() && is_utf8(value))
      result.headers.emplace_back(name, std::move(value));
  }
  return result;
}

} // namespace atrium
