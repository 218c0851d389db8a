#include "atrium/broker/redis/redis_address.hpp"

#include "atrium/broker/util/percent.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sys/un.h>
#include <utility>

namespace atrium {

namespace {

// Longer paths do not fit into a socket address.
constexpr std::size_t max_path = sizeof(sockaddr_un::sun_path) - 1;

constexpr std::uint16_t default_port = 6379;
constexpr std::uint16_t default_sentinel_port = 26379;
constexpr const char* bad_hosts
  = "expected hosts with commas between them, none twice, and ports between 1 "
    "and 65535";
constexpr const char* bad_credentials
  = "expected user:password@ or :password@, percent-encoded";

redis_address_result fail(std::string error) {
  return {std::nullopt, std::move(error)};
}

// Splits off what stands before `separator`; all of `text` if there is none.
std::string_view take_until(std::string_view& text, char separator) {
  auto head = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(head.size() + 1, text.size()));
  return head;
}

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  auto end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || rest != end)
    return std::nullopt;
  return value;
}

// Reads `user:password`, `user:` or `:password`. What a lone word means differs
// between clients, hence it is refused.
bool parse_credentials(std::string_view text, redis_address& to) {
  if (text.find(':') == text.npos)
    return false;
  auto user = decode_percent(take_until(text, ':'), false);
  auto password = decode_percent(text, false);
  if (!user || !password)
    return false;
  to.user = std::move(*user);
  to.password = std::move(*password);
  return true;
}

// Takes the credentials in front of the last `@`, if there are any: a password
// may contain a bare `@`.
bool take_credentials(std::string_view& text, redis_address& to) {
  auto at = text.rfind('@');
  if (at == text.npos)
    return true;
  auto ok = parse_credentials(text.substr(0, at), to);
  text.remove_prefix(at + 1);
  return ok;
}

// Reads `host`, `host:port`, `[v6]` or `[v6]:port`.
std::optional<redis_host> parse_host(std::string_view text,
                                     std::uint16_t default_port) {
  auto bracketed = text.starts_with('[');
  auto host_end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && host_end == text.npos)
    return std::nullopt;
  // `bracketed` counts as one character, the bracket.
  auto host = text.substr(bracketed, host_end - bracketed);
  text.remove_prefix(
    std::min(bracketed + host.size() + bracketed, text.size()));
  if (host.empty() || host.find(',') != host.npos)
    return std::nullopt;
  redis_host result{std::string{host}, default_port};
  if (text.empty())
    return result;
  auto port = parse_number<std::uint16_t>(text.substr(1));
  result.port = port.value_or(0);
  if (!text.starts_with(':') || result.port == 0)
    return std::nullopt;
  return result;
}

// Reads hosts with commas between them, each once.
bool parse_hosts(std::string_view text, std::uint16_t default_port,
                 redis_address& to) {
  to.hosts.clear();
  if (text.ends_with(','))
    return false;
  do {
    auto host = parse_host(take_until(text, ','), default_port);
    if (!host || std::ranges::find(to.hosts, *host) != to.hosts.end())
      return false;
    to.hosts.push_back(std::move(*host));
  } while (!text.empty());
  return true;
}

bool parse_db(std::string_view text, redis_address& to) {
  auto db = parse_number<unsigned>(text);
  to.db = db.value_or(0);
  return db.has_value();
}

// Reads `?db=N`, without the question mark, or nothing.
bool parse_query(std::string_view text, redis_address& to) {
  return text.empty() || (take_until(text, '=') == "db" && parse_db(text, to));
}

redis_address_result parse_server(std::string_view text, redis_address to) {
  auto authority = take_until(text, '/');
  if (!take_credentials(authority, to))
    return fail(bad_credentials);
  auto host = parse_host(authority, default_port);
  if (!host)
    return fail("expected a host and a port between 1 and 65535");
  to.hosts = {std::move(*host)};
  if (!text.empty() && !parse_db(text, to))
    return fail("the database after the host is no number");
  return {std::move(to), {}};
}

redis_address_result parse_unix(std::string_view text, redis_address to) {
  auto location = take_until(text, '?');
  if (!take_credentials(location, to))
    return fail(bad_credentials);
  auto path = decode_percent(location, false);
  if (!path || !path->starts_with('/') || path->size() > max_path)
    return fail("expected an absolute path of at most "
                + std::to_string(max_path) + " bytes");
  to.path = std::move(*path);
  if (!parse_query(text, to))
    return fail("expected nothing but ?db=<number> after the path");
  return {std::move(to), {}};
}

redis_address_result parse_sentinel(std::string_view text, redis_address to) {
  auto authority = take_until(text, '/');
  if (!take_credentials(authority, to))
    return fail(bad_credentials);
  if (!parse_hosts(authority, default_sentinel_port, to))
    return fail(bad_hosts);
  auto master = decode_percent(take_until(text, '?'), false);
  if (!master || master->empty())
    return fail("expected the name of the master after the sentinels: "
                "redis-sentinel://host1,host2,host3/master");
  to.master = std::move(*master);
  if (!parse_query(text, to))
    return fail("expected nothing but ?db=<number> after the master");
  return {std::move(to), {}};
}

redis_address_result parse_cluster(std::string_view text, redis_address to) {
  auto authority = take_until(text, '/');
  if (!take_credentials(authority, to))
    return fail(bad_credentials);
  if (!parse_hosts(authority, default_port, to))
    return fail(bad_hosts);
  if (!text.empty())
    return fail("a Redis Cluster has no databases: expected nothing after the "
                "hosts");
  return {std::move(to), {}};
}

struct scheme {
  std::string_view name;
  redis_kind kind;
  bool tls;
  redis_address_result (*parse)(std::string_view, redis_address);
};

constexpr std::array<scheme, 7> schemes{{
  {"redis", redis_kind::server, false, parse_server},
  {"rediss", redis_kind::server, true, parse_server},
  {"unix", redis_kind::server, false, parse_unix},
  {"redis-sentinel", redis_kind::sentinel, false, parse_sentinel},
  {"rediss-sentinel", redis_kind::sentinel, true, parse_sentinel},
  {"redis-cluster", redis_kind::cluster, false, parse_cluster},
  {"rediss-cluster", redis_kind::cluster, true, parse_cluster},
}};

std::string_view scheme_of(const redis_address& x) {
  if (x.is_unix())
    return "unix";
  for (auto& known : schemes)
    if (known.kind == x.kind && known.tls == x.tls)
      return known.name;
  return {};
}

} // namespace

std::string to_string(const redis_host& x) {
  auto is_v6 = x.name.find(':') != x.name.npos;
  return (is_v6 ? '[' + x.name + ']' : x.name) + ':' + std::to_string(x.port);
}

// Always three asterisks: they do not tell the length of the password.
std::string redis_address::masked() const {
  std::string out{scheme_of(*this)};
  out += "://";
  if (!user.empty() || !password.empty())
    out += user + (password.empty() ? ":@" : ":***@");
  if (is_unix())
    return out + path + (db == 0 ? "" : "?db=" + std::to_string(db));
  for (auto& x : hosts)
    out += (&x == &hosts.front() ? "" : ",") + to_string(x);
  if (kind == redis_kind::sentinel)
    return out + '/' + encode_percent(master)
           + (db == 0 ? "" : "?db=" + std::to_string(db));
  return out + (db == 0 ? "" : '/' + std::to_string(db));
}

redis_address_result parse_redis_address(std::string_view text) {
  for (auto& x : schemes) {
    auto rest = text;
    if (!rest.starts_with(x.name))
      continue;
    rest.remove_prefix(x.name.size());
    if (!rest.starts_with("://"))
      continue;
    redis_address to;
    to.kind = x.kind;
    to.tls = x.tls;
    return x.parse(rest.substr(3), std::move(to));
  }
  return fail("expected redis://host[:port][/db], rediss://host[:port][/db], "
              "unix:///path[?db=N], redis-sentinel://host[:port],.../master or "
              "redis-cluster://host[:port],...");
}

} // namespace atrium
