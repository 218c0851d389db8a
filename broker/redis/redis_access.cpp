#include "atrium/broker/redis/redis_access.hpp"

#include "atrium/broker/util/read_file.hpp"

#include <cstddef>

namespace atrium {

namespace {

constexpr std::size_t max_password = 4096;

// A file without a password would have the node log in without one.
bool read_password(const std::string& option, const std::string& path,
                   std::string& to, std::string& error) {
  if (path.empty())
    return true;
  auto text = read_file(path, max_password + 1);
  if (!text) {
    error = option + ": " + path + " cannot be read";
    return false;
  }
  while (text->ends_with('\n') || text->ends_with('\r'))
    text->pop_back();
  if (text->empty() || text->size() > max_password) {
    error = option + ": " + path
            + (text->empty() ? " has no password" : " is too large");
    return false;
  }
  to = std::move(*text);
  return true;
}

} // namespace

std::optional<redis_access> load_redis_access(const redis_access_files& from,
                                              bool needs_tls,
                                              std::string& error) {
  redis_access result;
  result.sentinel_user = from.sentinel_user;
  if (!read_password("redis-password-file", from.password, result.password,
                     error)
      || !read_password("redis-sentinel-password-file", from.sentinel_password,
                        result.sentinel_password, error))
    return std::nullopt;
  if (!needs_tls)
    return result;
  result.tls = load_tls_trust(from.tls, error);
  if (result.tls == nullptr)
    return std::nullopt;
  result.has_certificate = !from.tls.cert.empty();
  return result;
}

} // namespace atrium
