#include "atrium/net/http/proxy_header.hpp"

#include "atrium/net/transport/host_address.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace atrium {

namespace ip = boost::asio::ip;

namespace {

using state = proxy_header::state;

proxy_header incomplete() {
  return {};
}

proxy_header broken(std::string_view why) {
  return {state::broken, 0, why, std::nullopt};
}

proxy_header complete(std::size_t size,
                      std::optional<ip::address> client = std::nullopt) {
  if (client)
    client = unmapped(*client);
  return {state::complete, size, {}, client};
}

bool may_become(std::string_view bytes, std::string_view beginning) {
  auto n = std::min(bytes.size(), beginning.size());
  return bytes.substr(0, n) == beginning.substr(0, n);
}

// -- version 1: a line of text ------------------------------------------------

constexpr std::string_view word = "PROXY ";
// The longest line that the specification (2.1) knows.
constexpr std::size_t longest_line = 107; // with its end

bool is_port(std::string_view x) {
  std::uint16_t value = 0;
  auto end = x.data() + x.size();
  auto [stop, error] = std::from_chars(x.data(), end, value);
  return error == std::errc{} && stop == end
         && (x.size() == 1 || x.front() != '0');
}

std::optional<ip::address> read_text(std::string_view x, bool v6) {
  boost::system::error_code error;
  auto result = ip::make_address(x, error);
  // A zone names an interface of the proxy, which is none of this machine.
  auto fits = !error && result.is_v6() == v6 && x.find('%') == x.npos;
  return fits ? std::optional{result} : std::nullopt;
}

proxy_header read_line(std::string_view line, std::size_t size) {
  std::array<std::string_view, 5> words;
  for (auto& x : words) {
    auto end = std::min(line.find(' '), line.size());
    x = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  auto& [protocol, from, to, from_port, to_port] = words;
  if (protocol == "UNKNOWN")
    return complete(size); // whatever stands behind it
  if (protocol != "TCP4" && protocol != "TCP6")
    return broken("is neither TCP4, TCP6 nor UNKNOWN");
  auto v6 = protocol == "TCP6";
  auto client = read_text(from, v6);
  if (!client || !read_text(to, v6) || !is_port(from_port) || !is_port(to_port)
      || !line.empty())
    return broken("has not two addresses and two ports");
  return complete(size, client);
}

proxy_header read_version_1(std::string_view bytes) {
  auto end = bytes.substr(0, longest_line).find("\r\n");
  if (end != bytes.npos)
    return read_line(bytes.substr(word.size(), end - word.size()), end + 2);
  return bytes.size() < longest_line ? incomplete()
                                     : broken("is a line without an end");
}

// -- version 2: bytes ---------------------------------------------------------

constexpr std::string_view signature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t fixed_size = 16;
constexpr unsigned over_v4 = 1; // families
constexpr unsigned over_v6 = 2;
constexpr unsigned over_unix = 3;
constexpr unsigned datagrams = 2; // the last one of the transports

// Two addresses, and ports where there are any, by family.
constexpr std::array<std::size_t, 4> address_sizes = {0, 12, 36, 216};

unsigned byte_at(std::string_view x, std::size_t i) {
  return static_cast<unsigned char>(x[i]);
}

template <class Address>
ip::address read_bytes(std::string_view from) {
  typename Address::bytes_type bytes;
  std::transform(from.begin(), from.begin() + bytes.size(), bytes.begin(),
                 [](char c) { return static_cast<unsigned char>(c); });
  return Address{bytes};
}

proxy_header read_addresses(unsigned family, std::string_view rest,
                            std::size_t size) {
  if (rest.size() < address_sizes.at(family))
    return broken("is shorter than its addresses");
  // The client's address stands first. What follows both is for extensions.
  if (family == over_v4)
    return complete(size, read_bytes<ip::address_v4>(rest));
  if (family == over_v6)
    return complete(size, read_bytes<ip::address_v6>(rest));
  return complete(size);
}

proxy_header read_version_2(std::string_view bytes) {
  if (bytes.size() < fixed_size)
    return incomplete();
  auto version = byte_at(bytes, 12) >> 4U;
  auto command = byte_at(bytes, 12) & 15U;
  auto family = byte_at(bytes, 13) >> 4U;
  auto transport = byte_at(bytes, 13) & 15U;
  auto size
    = fixed_size + std::size_t{byte_at(bytes, 14)} * 256 + byte_at(bytes, 15);
  if (version != 2)
    return broken("is of another version than 1 and 2");
  // An unknown command may give the addresses another meaning; the
  // specification (2.2) demands that such a connection is dropped.
  if (command > 1)
    return broken("has an unknown command");
  if (size > proxy_header::longest)
    return broken("is longer than 4096 bytes");
  auto local = command == 0; // then the family does not matter
  if (!local && (family > over_unix || transport > datagrams))
    return broken("has an unknown family or transport");
  if (bytes.size() < size)
    return incomplete();
  return local ? complete(size)
               : read_addresses(
                 family, bytes.substr(fixed_size, size - fixed_size), size);
}

} // namespace

proxy_header proxy_header::read(std::string_view bytes) {
  if (may_become(bytes, word))
    return bytes.size() < word.size() ? incomplete() : read_version_1(bytes);
  if (may_become(bytes, signature))
    return bytes.size() < signature.size() ? incomplete()
                                           : read_version_2(bytes);
  return broken("begins neither with PROXY nor as version 2 does");
}

} // namespace atrium
