#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// Says where a Redis is and who we are there.
struct redis_url {
  std::string host = "127.0.0.1"; ///< Name or address; IPv6 without brackets.
  std::uint16_t port = 6379;
  std::string path;     ///< A unix socket; replaces host and port if not empty.
  std::string user;     ///< May be empty with a password: the default user.
  std::string password; ///< Empty means that there is no AUTH.
  unsigned db = 0;

  /// Returns whether `path` counts instead of host and port.
  bool is_unix() const noexcept {
    return !path.empty();
  }

  /// Returns the URL for logs: with the user, without the password.
  std::string masked() const;
};

/// Either a URL or the reason why the text is none.
struct redis_url_result {
  std::optional<redis_url> url;
  std::string error;
};

/// Reads `redis://[[user]:password@]host[:port][/db]`, where IPv6 addresses
/// stand in brackets, or `unix://[[user]:password@]/path[?db=N]`. User,
/// password and path are percent-decoded. The error text never repeats the
/// password.
redis_url_result parse_redis_url(std::string_view text);

} // namespace atrium
