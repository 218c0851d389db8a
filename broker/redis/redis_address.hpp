#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// Who says where a Redis is.
enum class redis_kind : std::uint8_t {
  server,   ///< The address itself.
  sentinel, ///< Sentinels, by the name of the master.
  cluster,  ///< The nodes of a Redis Cluster; each key has its master.
};

/// A host and its port.
struct redis_host {
  std::string name; ///< Name or address; IPv6 without brackets.
  std::uint16_t port = 6379;

  bool operator==(const redis_host&) const = default;
};

/// Returns `name:port`, an IPv6 address in brackets.
std::string to_string(const redis_host& x);

/// Says where a Redis is and who we are there.
struct redis_address {
  redis_kind kind = redis_kind::server;
  /// The server, the sentinels, or some nodes of the cluster; never empty.
  std::vector<redis_host> hosts{{"127.0.0.1", 6379}};
  std::string path;     ///< A unix socket; replaces the hosts if not empty.
  std::string user;     ///< May be empty with a password: the default user.
  std::string password; ///< Empty means that there is no AUTH.
  std::string master;   ///< What sentinels call it.
  unsigned db = 0;
  bool tls = false;

  /// Returns whether `path` counts instead of the hosts.
  bool is_unix() const noexcept {
    return !path.empty();
  }

  /// Returns the address for logs: with the user, without the password.
  std::string masked() const;

  bool operator==(const redis_address&) const = default;
};

/// Either an address or the reason why the text is none.
struct redis_address_result {
  std::optional<redis_address> address;
  std::string error;
};

/// Reads one of
///
///     redis://[[user]:password@]host[:port][/db]
///     unix://[[user]:password@]/path[?db=N]
///     redis-sentinel://[[user]:password@]host[:port],.../master[?db=N]
///     redis-cluster://[[user]:password@]host[:port],...
///
/// IPv6 addresses stand in brackets; `rediss`, `rediss-sentinel` and
/// `rediss-cluster` are the same with TLS. The port is 6379, of sentinels
/// 26379. User, password, path and master are percent-decoded. The error text
/// never repeats the password.
redis_address_result parse_redis_address(std::string_view text);

} // namespace atrium
