#include "atrium/net/address_table.hpp"

namespace atrium {

namespace {

namespace ip = boost::asio::ip;

} // namespace

// IPv4 addresses are kept where IPv6 has its multicast groups, from which
// nobody connects. One mapped into IPv6 is the same client.
std::uint64_t address_table::prefix_of(const ip::address& from) {
  constexpr std::uint64_t v4_range = 0xFFFF'FFFF'0000'0000;
  if (from.is_v4())
    return v4_range | from.to_v4().to_uint();
  auto v6 = from.to_v6();
  if (v6.is_v4_mapped())
    return v4_range | ip::make_address_v4(ip::v4_mapped, v6).to_uint();
  std::uint64_t result = 0;
  auto bytes = v6.to_bytes();
  for (std::size_t i = 0; i < sizeof(result); ++i)
    result = result << 8 | bytes[i];
  return result != 0 ? result : 1; // the unspecified address
}

auto address_table::enter(const ip::address& from) -> std::optional<ticket> {
  if (most_ == 0)
    return ticket{};
  auto prefix = prefix_of(from);
  std::lock_guard guard{mutex_};
  auto& n = connections_[prefix];
  if (n >= most_)
    return std::nullopt;
  ++n;
  return ticket{*this, prefix};
}

std::size_t address_table::size() const {
  std::lock_guard guard{mutex_};
  return connections_.size();
}

void address_table::leave(std::uint64_t prefix) {
  std::lock_guard guard{mutex_};
  auto i = connections_.find(prefix);
  if (--i->second == 0)
    connections_.erase(i);
}

} // namespace atrium
