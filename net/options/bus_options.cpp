#include "atrium/net/options/bus_options.hpp"

#include <algorithm>

namespace atrium {

namespace {

// Where it leads, whoever goes there.
redis_address place(redis_address x) {
  x.user.clear();
  x.password.clear();
  return x;
}

std::string check_addresses(const std::vector<redis_address>& all) {
  for (auto x = all.begin(); x != all.end(); ++x) {
    if (all.size() > 1 && x->kind == redis_kind::cluster)
      return "redis: a Redis Cluster spreads its keys itself, and stands alone";
    auto same = [&](auto& other) { return place(other) == place(*x); };
    if (std::any_of(all.begin(), x, same))
      return "redis: " + x->masked() + " is there twice";
  }
  return {};
}

std::string check_passwords(const std::vector<redis_address>& all,
                            const redis_access_files& files) {
  auto has_file = !files.password.empty();
  if (has_file && all.empty())
    return "redis-password-file: no redis is named";
  for (auto& x : all) {
    if (has_file && !x.password.empty())
      return "redis-password-file: " + x.masked() + " has a password already";
    if (!has_file && x.password.empty() && !x.user.empty())
      return "redis: the user in " + x.masked()
             + " has no password, and no redis-password-file is named";
  }
  return {};
}

std::string check_sentinels(const std::vector<redis_address>& all,
                            const redis_access_files& files) {
  auto is_sentinel = [](auto& x) { return x.kind == redis_kind::sentinel; };
  if (!files.sentinel_user.empty() && files.sentinel_password.empty())
    return "redis-sentinel-user: without redis-sentinel-password-file nobody "
           "logs in";
  if (!files.sentinel_password.empty()
      && std::none_of(all.begin(), all.end(), is_sentinel))
    return "redis-sentinel-password-file: no redis-sentinel:// is named";
  return {};
}

std::string check_files(const tls_trust_files& files, bool is_used) {
  if (files.cert.empty() != files.key.empty())
    return files.key.empty() ? "redis-cert: it does not work without redis-key"
                             : "redis-key: it does not work without redis-cert";
  auto has_any = !files.ca.empty() || !files.cert.empty();
  if (has_any && !is_used)
    return std::string{files.ca.empty() ? "redis-cert" : "redis-ca"}
           + ": no redis has TLS (rediss://)";
  return {};
}

} // namespace

std::vector<redis_address> redis_addresses(const bus_options& from) {
  std::vector<redis_address> result;
  for (auto& text : from.redis)
    result.push_back(parse_redis_address(text).address.value());
  return result;
}

std::size_t most_links(const bus_options& from) {
  // A link for commands and one for subscriptions, for each server; as many to
  // sentinels. How many masters a cluster has it says later.
  constexpr std::size_t most_masters = 32;
  std::size_t servers = 0;
  for (auto& x : redis_addresses(from))
    servers += x.kind == redis_kind::cluster    ? most_masters
               : x.kind == redis_kind::sentinel ? 2
                                                : 1;
  return 2 * servers;
}

bool needs_tls(const bus_options& from) {
  auto all = redis_addresses(from);
  return std::any_of(all.begin(), all.end(), [](auto& x) { return x.tls; });
}

std::string check_bus(const bus_options& from) {
  auto all = redis_addresses(from);
  auto& files = from.redis_access;
  for (auto& error :
       {check_addresses(all), check_passwords(all, files),
        check_sentinels(all, files), check_files(files.tls, needs_tls(from))})
    if (!error.empty())
      return error;
  return {};
}

} // namespace atrium
