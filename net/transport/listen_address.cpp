#include "atrium/net/transport/listen_address.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/ip/address.hpp>

#include <arpa/inet.h>
#include <charconv>
#include <sys/un.h>
#include <utility>

namespace atrium {

namespace {

constexpr std::string_view unix_scheme = "unix://";

bool read_port(std::string_view text, std::uint16_t& out) {
  auto end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, out);
  return error == std::errc{} && stop == end;
}

bool is_ip(int family, const std::string& text) {
  in6_addr ignored;
  // Takes four decimal numbers only; older functions take 127.1 and 0x7f.1.
  return ::inet_pton(family, text.c_str(), &ignored) == 1;
}

bool is_host(const std::string& text) {
  constexpr auto of_addresses = "0123456789.";
  constexpr auto of_names = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "abcdefghijklmnopqrstuvwxyz-.";
  // 253 bytes are the longest name in the DNS (RFC 1035, 2.3.4).
  if (text.empty() || text.size() > 253 || text.front() == '-')
    return false;
  if (text.find_first_not_of(of_addresses) == text.npos) // no name is like that
    return is_ip(AF_INET, text);
  return text.find_first_not_of(of_names) == text.npos;
}

} // namespace

bool listen_address::is_loopback() const {
  return !path.empty() || is_loopback_host(host);
}

bool is_loopback_host(std::string_view host) {
  namespace ip = boost::asio::ip;
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  // With a dot at its end a name is complete, and the same (RFC 1034, 3.1).
  auto name = host.substr(0, host.size() - (host.ends_with('.') ? 1 : 0));
  if (boost::algorithm::iequals(name, "localhost")
      || boost::algorithm::iends_with(name, ".localhost"))
    return true;
  boost::system::error_code error;
  auto address = ip::make_address(name, error);
  if (error)
    return false;
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return ip::make_address_v4(ip::v4_mapped, address.to_v6()).is_loopback();
  return address.is_loopback();
}

std::string read_address(const std::string& text, listen_address& out) {
  // The last one: an IPv6 address has more of them, in its brackets.
  auto colon = text.rfind(':');
  listen_address res;
  if (colon == text.npos
      || !read_port(std::string_view{text}.substr(colon + 1), res.port))
    return "'" + text + "' is not HOST:PORT with a port in 0..65535";
  res.host = text.substr(0, colon);
  auto bracketed = res.host.starts_with('[') && res.host.ends_with(']');
  if (bracketed)
    res.host = res.host.substr(1, res.host.size() - 2);
  if (bracketed ? !is_ip(AF_INET6, res.host) : !is_host(res.host))
    return "'" + text
           + "' names no host: expected an address, a name or [IPv6 address]";
  out = std::move(res);
  return {};
}

std::string read_address_or_path(const std::string& text, listen_address& out) {
  if (!text.starts_with(unix_scheme))
    return read_address(text, out);
  auto path = text.substr(unix_scheme.size());
  auto error = check_socket_path(path);
  if (error.empty())
    out = {{}, 0, std::move(path)};
  return error;
}

std::string check_socket_path(const std::string& text) {
  constexpr auto longest = sizeof(sockaddr_un{}.sun_path) - 1;
  if (text.size() > 1 && text.size() <= longest && text.front() == '/'
      && text.back() != '/')
    return {};
  return "'" + text + "' is no path of a Unix socket: absolute, up to "
         + std::to_string(longest) + " bytes";
}

std::string show_address(const listen_address& address) {
  if (!address.path.empty())
    return std::string{unix_scheme} + address.path;
  auto host = address.host.find(':') == std::string::npos
                ? address.host
                : "[" + address.host + "]";
  return host + ":" + std::to_string(address.port);
}

} // namespace atrium
