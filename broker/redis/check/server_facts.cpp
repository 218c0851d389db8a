#include "atrium/broker/redis/check/server_facts.hpp"

#include <charconv>
#include <compare>

namespace atrium {

namespace {

struct version_number {
  int major = 0;
  int minor = 0;

  bool operator<(const version_number& x) const noexcept {
    return major != x.major ? major < x.major : minor < x.minor;
  }
};

constexpr version_number oldest{6, 2};
constexpr version_number oldest_sharded{7, 0};

version_number read_version(std::string_view text) {
  version_number result;
  auto end = text.data() + text.size();
  auto [dot, error] = std::from_chars(text.data(), end, result.major);
  if (error == std::errc{} && dot != end)
    std::from_chars(dot + 1, end, result.minor);
  return result;
}

std::string name_of(const server_facts& x) {
  auto name = x.software;
  if (!name.empty() && name.front() >= 'a' && name.front() <= 'z')
    name.front() = static_cast<char>(name.front() - 'a' + 'A');
  return name + ' ' + x.version;
}

void judge_version(const server_facts& x, redis_kind kind, redis_report& to) {
  auto version = read_version(x.version);
  if (version < oldest)
    to.fail("the server is " + name_of(x) + ", and nodes need 6.2 or newer");
  else if (kind == redis_kind::cluster && version < oldest_sharded)
    to.fail("the server is " + name_of(x)
            + ", and nodes need 7.0 or newer in a Redis Cluster: older ones "
              "have no sharded pub/sub");
}

} // namespace

std::optional<server_facts> read_hello(resp_reply reply) {
  if (reply.front().type != resp_type::array)
    return std::nullopt;
  server_facts result;
  // Names and values in turn; the modules come last, and have a list.
  for (std::size_t i = 1; i + 1 < reply.size(); i += 2) {
    auto name = reply[i].text;
    auto value = std::string{reply[i + 1].text};
    if (name == "modules")
      break;
    if (name == "server")
      result.software = value;
    else if (name == "version")
      result.version = value;
    else if (name == "mode")
      result.mode = value;
    else if (name == "role")
      result.role = value;
  }
  if (result.version.empty())
    return std::nullopt;
  return result;
}

void judge_kind(const server_facts& x, redis_kind kind, redis_report& to) {
  using enum redis_kind;
  auto is_sentinel = x.mode == "sentinel";
  if (is_sentinel != (kind == sentinel))
    to.fail(is_sentinel
              ? "this is a sentinel, not a server: name it as "
                "redis-sentinel://host:port,.../master"
              : "this is a server, not a sentinel: sentinels have a port of "
                "their own, usually 26379");
  else if (x.mode == "cluster" && kind == server)
    to.fail("this is a node of a Redis Cluster: name it as "
            "redis-cluster://host:port,...");
  else if (x.mode != "cluster" && kind == redis_kind::cluster)
    to.fail("this server is not in a Redis Cluster (cluster-enabled no): name "
            "it as redis://host:port");
  else if (kind == server && x.role != "master" && !x.role.empty())
    to.fail("this is a replica, not a master: it takes no writes");
  if (kind != sentinel && !is_sentinel)
    judge_version(x, kind, to);
}

std::string describe(const server_facts& x) {
  auto role = x.mode == "sentinel" ? "sentinel" : x.role;
  auto where = x.mode == "cluster" ? " of a Redis Cluster" : "";
  return name_of(x) + (role.empty() ? "" : ", a " + role) + where;
}

std::optional<std::string> info_value(std::string_view info,
                                      std::string_view name) {
  for (auto i = info.find(name); i != info.npos; i = info.find(name, i + 1)) {
    auto begins = i == 0 || info[i - 1] == '\n';
    auto rest = info.substr(i + name.size());
    if (begins && rest.starts_with(':'))
      return std::string{
        rest.substr(1, rest.find_first_of("\r\n") - std::size_t{1})};
  }
  return std::nullopt;
}

} // namespace atrium
