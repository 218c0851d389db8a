#include "atrium/net/http/http_response.hpp"

#include "atrium/net/http/http_rules.hpp"

namespace atrium {

namespace http = boost::beast::http;

namespace {

// What stands in Connection (RFC 9110, 7.6.1 and 7.8; RFC 9112, 9.3 and C.2.2).
std::string_view options_of(const http_request& to, const http_answer& x) {
  auto goes_on = to.keep_alive() && !x.last;
  if (x.status == 426)
    return goes_on ? "upgrade" : "upgrade, close";
  if (!goes_on)
    return "close";
  return to.version() < 11 ? "keep-alive" : "";
}

} // namespace

http::response<http::string_body> make_response(const http_request& to,
                                                http_answer x) {
  http::response<http::string_body> result;
  result.version(11); // whatever the request's was (RFC 9110, 6.2)
  result.result(x.status);
  result.set(http::field::server, "atrium");
  result.set(http::field::date, http_date(std::chrono::system_clock::now()));
  // An answer is true for the moment: a cached `/ready` would send clients to a
  // node that stops.
  result.set(http::field::cache_control, "no-store");
  result.set("X-Content-Type-Options", "nosniff");
  // The URL of a page may have a token in it.
  result.set("Referrer-Policy", "no-referrer");
  result.set("Content-Security-Policy", x.policy);
  if (!x.content_type.empty())
    result.set(http::field::content_type, x.content_type);
  // RFC 9110, 15.5.2 and 15.5.6: 401 comes with a challenge, 405 with Allow.
  if (x.status == 401)
    result.set(http::field::www_authenticate, "Bearer");
  if (x.status == 503 || x.status == 429)
    result.set(http::field::retry_after, "1");
  if (!x.allow.empty())
    result.set(http::field::allow, x.allow);
  for (auto& [name, value] : x.fields)
    result.set(name, value);
  if (auto options = options_of(to, x); !options.empty())
    result.set(http::field::connection, options);
  auto size = x.body.size();
  // HEAD is told the length that GET would have (RFC 9110, 8.6).
  if (to.method() != http::verb::head)
    result.body() = std::move(x.body);
  if (x.status != 204) // RFC 9110, 8.6
    result.content_length(size);
  return result;
}

} // namespace atrium
