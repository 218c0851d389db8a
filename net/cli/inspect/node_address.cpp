#include "atrium/net/cli/inspect/node_address.hpp"

#include "atrium/net/http_client/http_url.hpp"
#include "atrium/net/transport/listen_address.hpp"

namespace atrium::tool {

namespace {

constexpr std::string_view unix_scheme = "unix://";

std::string not_an_address(const std::string& text) {
  return "'" + text
         + "' is not like http://HOST:PORT, https://HOST:PORT or unix:///PATH";
}

} // namespace

bool node_address::is_private() const {
  return by != transport::tcp || listen_address{host, 0}.is_loopback();
}

std::string read_node_address(const std::string& text, node_address& out) {
  node_address result;
  result.text = text;
  if (text.starts_with(unix_scheme)) {
    result.by = node_address::transport::unix_socket;
    result.path = text.substr(unix_scheme.size());
    result.authority = "localhost";
    auto error = check_socket_path(result.path);
    if (error.empty())
      out = std::move(result);
    return error;
  }
  if (text.find("://") == text.npos)
    result.text = "http://" + text;
  auto url = parse_http_url(result.text);
  if (!url) {
    url = parse_http_url(result.text, "https");
    result.by = node_address::transport::tls;
  }
  // The prefix comes before targets that have a query of their own.
  if (!url || url->target.find_first_of("?#") != std::string::npos)
    return not_an_address(text);
  // A bare word is a port that was forgotten rather than a host.
  if (result.text != text && url->authority.find(':') == std::string::npos)
    return not_an_address(text);
  result.host = url->host;
  result.port = std::to_string(url->port);
  result.authority = url->authority;
  // Without the slash at its end: targets begin with one.
  result.prefix = url->target.substr(0, url->target.find_last_not_of('/') + 1);
  out = std::move(result);
  return {};
}

} // namespace atrium::tool
