#include "atrium/broker/redis/redis_url.hpp"

#include "atrium/broker/util/percent.hpp"

#include <algorithm>
#include <charconv>
#include <sys/un.h>
#include <utility>

namespace atrium {

namespace {

// Longer paths do not fit into a socket address.
constexpr std::size_t max_path = sizeof(sockaddr_un::sun_path) - 1;

constexpr const char* bad_credentials
  = "expected user:password@ or :password@, percent-encoded";

redis_url_result fail(std::string error) {
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

// Reads `user:password` or `:password`. What a lone word means differs between
// clients, hence it is refused.
bool parse_credentials(std::string_view text, redis_url& url) {
  auto user = decode_percent(take_until(text, ':'), false);
  auto password = decode_percent(text, false);
  if (!user || !password || (!user->empty() && password->empty()))
    return false;
  url.user = std::move(*user);
  url.password = std::move(*password);
  return true;
}

// Takes the credentials in front of the last `@`, if there are any: a password
// may contain a bare `@`.
bool take_credentials(std::string_view& text, redis_url& url) {
  auto at = text.rfind('@');
  if (at == text.npos)
    return true;
  auto ok = parse_credentials(text.substr(0, at), url);
  text.remove_prefix(at + 1);
  return ok;
}

// Reads `host`, `host:port`, `[v6]` or `[v6]:port`.
bool parse_authority(std::string_view text, redis_url& url) {
  auto bracketed = text.starts_with('[');
  auto host_end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && host_end == text.npos)
    return false;
  // `bracketed` counts as one character, the bracket.
  auto host = text.substr(bracketed, host_end - bracketed);
  text.remove_prefix(
    std::min(bracketed + host.size() + bracketed, text.size()));
  url.host = host;
  if (host.empty() || text.empty())
    return !host.empty();
  auto port = parse_number<std::uint16_t>(text.substr(1));
  url.port = port.value_or(0);
  return text.starts_with(':') && url.port != 0;
}

redis_url_result parse_tcp(std::string_view text) {
  redis_url url;
  auto authority = take_until(text, '/');
  if (!take_credentials(authority, url))
    return fail(bad_credentials);
  if (!parse_authority(authority, url))
    return fail("expected a host and a port between 1 and 65535");
  if (text.empty())
    return {std::move(url), {}};
  auto db = parse_number<unsigned>(text);
  if (!db)
    return fail("the database after the host is no number");
  url.db = *db;
  return {std::move(url), {}};
}

redis_url_result parse_unix(std::string_view text) {
  redis_url url;
  auto location = take_until(text, '?');
  if (!take_credentials(location, url))
    return fail(bad_credentials);
  auto path = decode_percent(location, false);
  if (!path || !path->starts_with('/') || path->size() > max_path)
    return fail("expected an absolute path of at most "
                + std::to_string(max_path) + " bytes");
  url.path = std::move(*path);
  if (text.empty())
    return {std::move(url), {}};
  auto key = take_until(text, '=');
  auto db = parse_number<unsigned>(text);
  if (key != "db" || !db)
    return fail("expected nothing but ?db=<number> after the path");
  url.db = *db;
  return {std::move(url), {}};
}

} // namespace

// Always three asterisks: they do not tell the length of the password.
std::string redis_url::masked() const {
  std::string out = is_unix() ? "unix://" : "redis://";
  if (!password.empty())
    out += user + ":***@";
  if (is_unix())
    return out + path + (db == 0 ? "" : "?db=" + std::to_string(db));
  auto is_v6 = host.find(':') != host.npos;
  out += is_v6 ? '[' + host + ']' : host;
  out += ':' + std::to_string(port);
  return out + (db == 0 ? "" : '/' + std::to_string(db));
}

redis_url_result parse_redis_url(std::string_view text) {
  static constexpr std::string_view tcp = "redis://";
  static constexpr std::string_view local = "unix://";
  if (text.starts_with(tcp))
    return parse_tcp(text.substr(tcp.size()));
  if (text.starts_with(local))
    return parse_unix(text.substr(local.size()));
  if (text.starts_with("rediss://"))
    return fail("TLS to Redis is not supported");
  return fail("expected redis://host[:port][/db] or unix:///path[?db=N]");
}

} // namespace atrium
