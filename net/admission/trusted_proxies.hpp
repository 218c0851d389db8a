#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// The reverse proxies and load balancers whose word about where a client
/// comes from is believed. Never changes; any thread.
class trusted_proxies {
public:
  using address = boost::asio::ip::address;

  /// `networks` has addresses or networks, e.g. `10.0.0.0/8`, that are sound
  /// (`check_network`).
  explicit trusted_proxies(const std::vector<std::string>& networks);

  bool contains(const address& x) const;

  /// Returns where a client comes from whose TCP connection is from `peer`:
  /// the last address in `forwarded` (the values of X-Forwarded-For, in their
  /// order, separated by commas) that is no trusted proxy's. Only what trusted
  /// proxies have appended counts: a client may send the header, too. `unclear`
  /// becomes what a trusted proxy has appended that is no address, if it has.
  address client_of(const address& peer, std::string_view forwarded,
                    std::string_view* unclear = nullptr) const;

private:
  std::vector<boost::asio::ip::network_v6> networks_; // IPv4 as mapped ones
};

/// Returns what is wrong with an address or network, or nothing.
std::string check_network(const std::string& text);

} // namespace atrium
