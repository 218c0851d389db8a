#include "atrium/net/admission/address_table.hpp"

#include "atrium/net/transport/host_address.hpp"

namespace atrium {

namespace ip = boost::asio::ip;

// IPv4 addresses are kept where IPv6 has its multicast groups, from which
// nobody connects.
std::uint64_t address_table::prefix_of(const ip::address& from) {
  constexpr std::uint64_t v4_range = 0xFFFF'FFFF'0000'0000;
  // All mapped addresses (::ffff:0:0/96) lie in one /64: without this, all IPv4
  // clients of a listener on [::] would count as one.
  auto host = unmapped(from);
  if (host.is_v4())
    return v4_range | host.to_v4().to_uint();
  std::uint64_t result = 0;
  auto bytes = host.to_v6().to_bytes();
  for (std::size_t i = 0; i < sizeof(result); ++i)
    result = result << 8 | bytes[i];
  return result != 0 ? result : 1; // the unspecified address
}

auto address_table::enter(const ip::address& from) -> std::optional<permit> {
  auto most = most_.load(std::memory_order_relaxed);
  return most == 0 ? permit{} : enter(from, most);
}

auto address_table::enter(const ip::address& from, std::size_t most)
  -> std::optional<permit> {
  auto prefix = prefix_of(from);
  std::lock_guard guard{mutex_};
  auto& n = connections_[prefix];
  if (n >= most)
    return std::nullopt;
  ++n;
  return permit{*this, prefix};
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
