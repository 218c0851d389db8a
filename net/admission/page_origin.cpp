#include "atrium/net/admission/page_origin.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace atrium {

namespace ip = boost::asio::ip;

namespace {

constexpr std::array<std::pair<std::string_view, std::uint16_t>, 5>
  default_ports
  = {{{"http", 80}, {"https", 443}, {"ws", 80}, {"wss", 443}, {"ftp", 21}}};

constexpr std::string_view letters
  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// Of ASCII only, whatever the locale: other letters are not in an origin.
std::string lower(std::string_view x) {
  std::string result{x};
  for (auto& c : result)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return result;
}

bool is_scheme(std::string_view x) {
  return !x.empty() && letters.find(x.front()) != letters.npos
         && std::ranges::all_of(x, [](char c) {
              return letters.find(c) != letters.npos || (c >= '0' && c <= '9')
                     || c == '+' || c == '-' || c == '.';
            });
}

// What may stand in a host (RFC 3986, 3.2.2), but for brackets. Neither '@' nor
// '/' is in it, so a user name or a path cannot make a foreign host look like
// ours.
bool is_name_of_host(std::string_view x) {
  constexpr std::string_view signs = "-._~!$&'()*+,;=%";
  return std::ranges::all_of(x, [signs](char c) {
    return letters.find(c) != letters.npos || (c >= '0' && c <= '9')
           || signs.find(c) != signs.npos;
  });
}

std::optional<std::string> read_host(std::string_view x) {
  if (!x.starts_with('['))
    return is_name_of_host(x) ? std::optional{lower(x)} : std::nullopt;
  // Through the number and back, so that all spellings of it become one.
  boost::system::error_code error;
  auto address = ip::make_address_v6(
    x.ends_with(']') ? x.substr(1, x.size() - 2) : std::string_view{}, error);
  return error ? std::nullopt : std::optional{address.to_string()};
}

bool read_port(std::string_view text, std::uint16_t& out) {
  auto end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, out);
  return error == std::errc{} && stop == end && out != 0;
}

} // namespace

std::optional<page_origin> page_origin::parse(std::string_view text) {
  auto mark = text.find("://");
  return mark == text.npos ? std::nullopt
                           : of(text.substr(0, mark), text.substr(mark + 3));
}

std::optional<page_origin> page_origin::of(std::string_view scheme,
                                           std::string_view authority) {
  if (!is_scheme(scheme))
    return std::nullopt;
  page_origin result{lower(scheme), {}, 0};
  auto known = std::ranges::find(default_ports, result.scheme,
                                 [](auto& x) { return x.first; });
  auto is_known = known != default_ports.end();
  if (is_known)
    result.port = known->second;
  // The colons between brackets are the address's own.
  auto colon = authority.ends_with(']') ? authority.npos : authority.rfind(':');
  if (colon != authority.npos
      && !read_port(authority.substr(colon + 1), result.port))
    return std::nullopt;
  auto host = read_host(authority.substr(0, colon));
  if (!host || (host->empty() && (is_known || colon != authority.npos)))
    return std::nullopt; // only some schemes do without
  result.host = std::move(*host);
  return result;
}

bool is_same_origin(std::string_view a, std::string_view b) {
  // Here only an operator's list can match it: `parse` takes it for none, so it
  // is never the origin of the node's own pages.
  if (a == "null" || b == "null")
    return a == b;
  auto x = page_origin::parse(a);
  return x && x == page_origin::parse(b);
}

} // namespace atrium
