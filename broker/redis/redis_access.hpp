#pragma once

#include "atrium/broker/tcp/tls_trust.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace atrium {

/// What lets a node in where an address leads; replaced while links are up, and
/// used when they are set up the next time.
struct redis_access {
  std::string password = {};          ///< Of Redis; empty: that of the address.
  std::string sentinel_user = {};     ///< Empty: the default user.
  std::string sentinel_password = {}; ///< Empty means that there is no AUTH.
  /// Whom the node believes, and who it is; null: no address has TLS.
  std::shared_ptr<ssl_ctx_st> tls = nullptr;
  bool has_certificate = false; ///< Of the node, in `tls`.
};

/// What counts of that now. What was replaced is gone when nobody uses it any
/// more: it has keys. Any thread.
class current_access {
public:
  std::shared_ptr<const redis_access> get() const {
    return value_.load();
  }

  void replace(redis_access x) {
    value_.store(std::make_shared<const redis_access>(std::move(x)));
  }

private:
  std::atomic<std::shared_ptr<const redis_access>> value_
    = std::make_shared<const redis_access>();
};

/// Where that is kept; empty paths: nowhere.
struct redis_access_files {
  tls_trust_files tls = {.prefix = "redis"};
  std::string password = {};
  std::string sentinel_user = {}; ///< The name itself.
  std::string sentinel_password = {};
};

/// Reads the files, a line break at the end of which does not count; those for
/// TLS only if it `needs_tls`. Nothing with `error` set when one of them cannot
/// be read. Blocks.
std::optional<redis_access> load_redis_access(const redis_access_files& from,
                                              bool needs_tls,
                                              std::string& error);

} // namespace atrium
