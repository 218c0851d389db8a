#include "atrium/net/options/options.hpp"

#include <algorithm>

namespace atrium {

std::optional<listen_address> options::internal_address() const {
  if (internal.address == "off")
    return std::nullopt;
  listen_address res{"127.0.0.1", 0};
  if (!internal.address.empty())
    // Was checked by `check_internal`.
    read_address_or_path(internal.address, res);
  else if (listen.port != 0)
    res.port = static_cast<std::uint16_t>(
      listen.port > 64'535 ? listen.port - 1'000 : listen.port + 1'000);
  return res;
}

std::size_t options::room_share() const {
  if (limits.rooms_per_user != 0)
    return limits.rooms_per_user;
  constexpr std::size_t few = 8;     // not worth sharing
  constexpr std::size_t usual = 128; // what one connection may be in
  auto all = limits.rooms_per_node;
  return std::max({few, all / 10, std::min(usual, all / 2)});
}

bool options::has_page() const {
  return http.page.empty() ? auth.mode == auth_mode::none : http.page == "on";
}

} // namespace atrium
