#include "atrium/net/proxy_header.hpp"

#include <algorithm>

namespace atrium {

namespace ip = boost::asio::ip;

namespace {

constexpr std::string_view signature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr unsigned longest_rest = 520; // addresses, and some extensions
constexpr unsigned local = 0x20;       // version 2 and the command
constexpr unsigned proxied = 0x21;
constexpr unsigned over_v4 = 0x1; // the family, in the upper half of a byte
constexpr unsigned over_v6 = 0x2;

unsigned byte_at(std::string_view x, std::size_t i) {
  return static_cast<unsigned char>(x[i]);
}

template <class Address>
ip::address read(std::string_view from) {
  typename Address::bytes_type bytes;
  std::transform(from.begin(), from.begin() + bytes.size(), bytes.begin(),
                 [](char c) { return static_cast<unsigned char>(c); });
  return Address{bytes};
}

} // namespace

std::optional<std::size_t> proxy_header::size_of(std::string_view first) {
  if (first.size() < fixed_size || !first.starts_with(signature))
    return std::nullopt;
  auto command = byte_at(first, 12);
  auto rest = byte_at(first, 14) * 256 + byte_at(first, 15);
  if ((command != local && command != proxied) || rest > longest_rest)
    return std::nullopt;
  return fixed_size + rest;
}

std::optional<proxy_header> proxy_header::parse(std::string_view header) {
  auto family = byte_at(header, 13) >> 4U;
  auto addresses = header.substr(fixed_size);
  if (byte_at(header, 12) == local || (family != over_v4 && family != over_v6))
    return proxy_header{};
  constexpr std::size_t v4_size = 12; // two addresses and two ports
  constexpr std::size_t v6_size = 36;
  if (addresses.size() < (family == over_v4 ? v4_size : v6_size))
    return std::nullopt;
  return proxy_header{family == over_v4 ? read<ip::address_v4>(addresses)
                                        : read<ip::address_v6>(addresses)};
}

} // namespace atrium
