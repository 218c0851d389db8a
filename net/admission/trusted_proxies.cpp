#include "atrium/net/admission/trusted_proxies.hpp"

#include "atrium/net/admission/address_table.hpp"

#include <algorithm>
#include <charconv>

namespace atrium {

namespace ip = boost::asio::ip;

namespace {

constexpr unsigned mapped_bits = 96; // in front of an IPv4 address

ip::address_v6 as_v6(const ip::address& x) {
  return x.is_v6() ? x.to_v6() : ip::make_address_v6(ip::v4_mapped, x.to_v4());
}

// An entry of X-Forwarded-For: an address, by some proxies with a port.
std::optional<ip::address> read_hop(std::string_view text) {
  auto bracket = text.find(']');
  if (text.starts_with('[') && bracket != text.npos) {
    text = text.substr(1, bracket - 1);
  } else if (std::ranges::count(text, ':') == 1) {
    text = text.substr(0, text.find(':'));
  }
  boost::system::error_code error;
  auto result = ip::make_address(text, error);
  return error ? std::nullopt : std::optional{unmapped(result)};
}

std::string_view trimmed(std::string_view x) {
  auto first = x.find_first_not_of(" \t");
  auto last = x.find_last_not_of(" \t");
  return first == x.npos ? std::string_view{}
                         : x.substr(first, last - first + 1);
}

} // namespace

bool trusted_proxies::network::contains(const ip::address_v6& x) const {
  auto ours = first.to_bytes();
  auto theirs = x.to_bytes();
  for (std::size_t i = 0, left = bits; left > 0; ++i) {
    auto n = std::min<std::size_t>(left, 8);
    auto mask = static_cast<unsigned>(0xff00 >> n) & 0xffU;
    if (((ours[i] ^ theirs[i]) & mask) != 0)
      return false;
    left -= n;
  }
  return true;
}

std::optional<trusted_proxies::network>
trusted_proxies::parse(const std::string& text) {
  auto slash = std::min(text.find('/'), text.size());
  boost::system::error_code error;
  auto address = ip::make_address(text.substr(0, slash), error);
  if (error)
    return std::nullopt;
  auto extra = address.is_v4() ? mapped_bits : 0;
  auto most = address.is_v4() ? 32U : 128U;
  auto bits = most;
  if (slash < text.size()) {
    auto* end = text.data() + text.size();
    auto [at, broken] = std::from_chars(text.data() + slash + 1, end, bits);
    if (broken != std::errc{} || at != end || bits > most)
      return std::nullopt;
  }
  return network{as_v6(address), bits + extra};
}

trusted_proxies::trusted_proxies(const std::vector<std::string>& networks) {
  for (auto& x : networks)
    networks_.push_back(parse(x).value());
}

bool trusted_proxies::contains(const address& x) const {
  return std::ranges::any_of(
    networks_, [v6 = as_v6(x)](auto& one) { return one.contains(v6); });
}

auto trusted_proxies::client_of(const address& peer, std::string_view forwarded,
                                std::string_view* unclear) const -> address {
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
  if (trusted_proxies::parse(text))
    return {};
  return "'" + text + "' is no address or network such as 10.0.0.0/8";
}

} // namespace atrium
