#include "atrium/net/http_client/http_url.hpp"

#include "atrium/net/transport/listen_address.hpp"

#include <boost/algorithm/string/predicate.hpp>

#include <algorithm>

namespace atrium {

std::optional<http_url> parse_http_url(std::string_view text,
                                       std::string_view scheme) {
  auto beginning = std::string{scheme} + "://";
  // A line break in it would end the request line, and begin a header field.
  auto printable = [](char c) { return c > ' ' && c < '\x7f'; };
  if (!boost::algorithm::istarts_with(text, beginning)
      || !std::ranges::all_of(text, printable))
    return std::nullopt;
  text.remove_prefix(beginning.size());
  http_url result;
  auto slash = std::min(text.find('/'), text.size());
  result.authority = text.substr(0, slash);
  if (slash != text.size())
    result.target = text.substr(slash);
  // The colons between brackets are the address's own.
  auto has_port = result.authority.rfind(':') != std::string::npos
                  && !result.authority.ends_with(']');
  listen_address where;
  auto usual_port = scheme == "https" ? ":443" : ":80";
  // It knows neither '@' nor '?': a URL with a password is refused, not sent
  // half.
  auto error = read_address(
    has_port ? result.authority : result.authority + usual_port, where);
  if (!error.empty() || where.port == 0)
    return std::nullopt;
  result.host = where.host;
  result.port = where.port;
  return result;
}

} // namespace atrium
