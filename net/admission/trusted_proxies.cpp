#include "atrium/net/admission/trusted_proxies.hpp"

#include "atrium/broker/util/text.hpp"
#include "atrium/net/transport/host_address.hpp"

#include <boost/asio/ip/network_v4.hpp>

#include <algorithm>
#include <optional>

namespace atrium {

namespace ip = boost::asio::ip;

namespace {

constexpr unsigned short mapped_bits = 96; // in front of an IPv4 address
constexpr unsigned short all_bits = 128;
constexpr std::size_t longest_length = 4; // as in "/128"

// Without the zone, which says how this machine reaches an address.
ip::address_v6 as_v6(const ip::address& x) {
  return x.is_v6() ? ip::address_v6{x.to_v6().to_bytes()}
                   : ip::make_address_v6(ip::v4_mapped, x.to_v4());
}

// An entry of X-Forwarded-For: an address, by some proxies with a port.
std::optional<ip::address> read_hop(std::string_view text) {
  auto bracket = text.find(']');
  // Several colons without brackets are an IPv6 address without a port.
  if (text.starts_with('[') && bracket != text.npos) {
    text = text.substr(1, bracket - 1);
  } else if (std::ranges::count(text, ':') == 1) {
    text = text.substr(0, text.find(':'));
  }
  boost::system::error_code error;
  auto result = ip::make_address(text, error);
  return error ? std::nullopt : std::optional{unmapped(result)};
}

// Returns an address, or a network such as 10.0.0.0/8, as a network of IPv6.
std::optional<ip::network_v6> read_network(const std::string& text) {
  boost::system::error_code no_address, no_v4, no_v6;
  auto host = as_v6(ip::make_address(text, no_address));
  if (!no_address)
    // One family for all: a proxy that reaches a listener on [::] by IPv4 is
    // found as well.
    return ip::network_v6{host, all_bits};
  // The library takes lengths that do not fit into a number for smaller ones.
  if (text.size() - std::min(text.find('/'), text.size()) > longest_length)
    return std::nullopt;
  if (auto v4 = ip::make_network_v4(text, no_v4); !no_v4)
    return ip::network_v6{
      as_v6(v4.network()),
      static_cast<unsigned short>(mapped_bits + v4.prefix_length())};
  auto v6 = ip::make_network_v6(text, no_v6);
  return no_v6 ? std::nullopt : std::optional{v6.canonical()};
}

} // namespace

trusted_proxies::trusted_proxies(const std::vector<std::string>& networks) {
  for (auto& x : networks)
    // The options were checked by `check_network`.
    networks_.push_back(read_network(x).value());
}

bool trusted_proxies::contains(const address& x) const {
  return std::ranges::any_of(networks_, [v6 = as_v6(x)](auto& one) {
    return ip::network_v6{v6, one.prefix_length()}.canonical() == one;
  });
}

auto trusted_proxies::client_of(const address& peer, std::string_view forwarded,
                                std::string_view* unclear) const -> address {
  // From right to left, because each proxy appends the address that has
  // connected to it. The walk ends at the first address that is no trusted
  // proxy: a client may have invented all entries to its left.
  auto client = peer;
  while (contains(client) && !forwarded.empty()) {
    auto comma = forwarded.rfind(',');
    auto last
      = comma == forwarded.npos ? forwarded : forwarded.substr(comma + 1);
    forwarded = forwarded.substr(0, comma == forwarded.npos ? 0 : comma);
    last = trimmed(last);
    if (last.empty())
      continue; // as in any list (RFC 9110, 5.6.1)
    auto hop = read_hop(last);
    if (!hop) { // the one who wrote that is all that is known
      if (unclear != nullptr)
        *unclear = last;
      return client;
    }
    client = *hop;
  }
  return client;
}

std::string check_network(const std::string& text) {
  if (read_network(text))
    return {};
  return "'" + text + "' is no address or network such as 10.0.0.0/8";
}

} // namespace atrium
