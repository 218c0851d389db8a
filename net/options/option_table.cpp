#include "atrium/net/options/option_table.hpp"

#include "atrium/net/admission/trusted_proxies.hpp"
#include "atrium/net/options/option_rows.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

namespace atrium {

namespace {

using rows = std::vector<option_entry>;

/// Adds rows under a heading of the help.
void append(rows& table, const std::string& group, rows group_rows) {
  for (auto& row : group_rows) {
    row.group = group;
    table.push_back(std::move(row));
  }
}

rows make_table() {
  using namespace option_rows;
  using o = options;
  rows res;
  append(
    res, "Node",
    {
      value("listen", &o::listen, "HOST:PORT", read_address, show_address,
            "Address to listen on, an IPv6 address in brackets; port 0 "
            "lets the system choose."),
      text("internal", &o::internal, "HOST:PORT|unix://PATH", check_internal,
           "Address for operators: /health, /inspector; `off` for none. "
           "Without it 127.0.0.1 and the port of --listen plus 1000."),
      text("internal-tls-cert", &o::internal_tls_cert, "FILE", nullptr,
           "Certificate for operators and those above it, in PEM; they connect "
           "with TLS then. Read anew on SIGHUP."),
      text("internal-tls-key", &o::internal_tls_key, "FILE", nullptr,
           "Key of that certificate, in PEM."),
      text("admin-token-file", &o::admin_token_file, "FILE", nullptr,
           "Token of administrators, who may close connections and publish on "
           "--internal. Without it only this machine may. Read anew on "
           "SIGHUP."),
      text("redis", &o::redis, "URL", check_redis,
           "Redis that joins the nodes: redis://[user:password@]host:port"
           "[/db] or unix:///path. Without it the node is alone."),
      text("namespace", &o::name_space, "NAME", check_name_space,
           "Prefix of all channels in Redis; nodes of one namespace work "
           "together."),
      text("node-id", &o::node_id, "NAME", check_node_id,
           "Name of this node, unlike that of any other. Without it the "
           "host name and a random part."),
      text("config", &o::config, "FILE", nullptr,
           "File with options: TOML, one `name = value` a line."),
      value("log-level", &o::log_level, "LEVEL", read_log_level, show_log_level,
            "Least important messages to log: trace, debug, info, warn, "
            "error or off. SIGUSR1 switches to debug and back."),
      value("log-format", &o::log_format, "FORMAT", read_log_format,
            show_log_format,
            "How the log looks: text, or json for an object a line."),
      list("trace-user", &o::trace_user, "NAME", check_traced_name,
           "Log what this user does, and what is sent to it, at the level "
           "info; may be repeated."),
      list("trace-room", &o::trace_room, "NAME", check_traced_name,
           "The same for a room."),
      number(
        "lanes", &o::lanes, {0, 256},
        "Threads that serve sockets; 0 means one per two processors that the "
        "node may use, by affinity and control groups."),
      number("workers", &o::workers, {1, 64},
             "Threads that run the logic of rooms and users."),
      number("drain-delay", &o::drain_delay, {0, 600'000, "ms"},
             "Time after a stop signal for load balancers to notice; clients "
             "are served as before."),
      number("drain-window", &o::drain_window, {0, 600'000, "ms"},
             "Time over which clients are then closed, and told to come back."),
      number("grace", &o::grace, {1, 3600, "s"},
             "Time after that for clients that do not answer, and for rooms."),
    });
  append(
    res, "Connections",
    {
      list("allow-origin", &o::allow_origin, "ORIGIN", check_origin,
           "Origin of web pages that may connect, may be repeated; * "
           "means every page. Without it the node's own host only."),
      toggle("allow-anonymous", &o::allow_anonymous,
             "Let clients choose their user name without proof although "
             "other machines can reach the node."),
      text("page", &o::page, "on|off", check_page,
           "Whether / shows a chat page, for trying things out. Without it on, "
           "and off with --auth."),
      text("tls-cert", &o::tls_cert, "FILE", nullptr,
           "Certificate of the node and those above it, in PEM; clients "
           "connect with TLS then. Read anew on SIGHUP."),
      text("tls-key", &o::tls_key, "FILE", nullptr,
           "Key of the certificate, in PEM."),
      list("trusted-proxy", &o::trusted_proxy, "ADDRESS[/BITS]", check_network,
           "Proxy whose X-Forwarded-For is believed, or a network of "
           "them; may be repeated."),
      toggle("proxy-protocol", &o::proxy_protocol,
             "Expect the PROXY protocol, version 1 or 2, before anything else; "
             "only trusted proxies may connect then."),
      number("ping-interval", &o::ping_interval, {1, 3600, "s"},
             "Time between pings; a connection that is silent for two of "
             "them is closed."),
      number("handshake-timeout", &o::handshake_timeout, {1, 300, "s"},
             "Time a client has for its HTTP request."),
      number("idle-timeout", &o::idle_timeout, {0, 86'400, "s"},
             "Time without a request after which a connection is closed; "
             "0 means never."),
      number("flush-window", &o::flush_window, {0, 100'000, "us"},
             "Longest time for which a busy lane gathers messages; it "
             "gathers for as long as its last writing took."),
    });
  append(
    res, "Access",
    {
      value("auth", &o::auth, "MODE", read_auth_mode, show_auth_mode,
            "How users are known: none (by ?user=NAME), jwt (by a signed "
            "token) or url (by a backend of yours)."),
      text("jwt-alg", &o::jwt_alg, "NAME", check_jwt_alg,
           "Algorithm of the tokens, the only one that is accepted: HS256, "
           "RS256, PS256 or ES256, or with 384 or 512; or EdDSA."),
      text("jwt-secret-file", &o::jwt_secret_file, "FILE", nullptr,
           "Secret of HS tokens; a line break at the end does not count."),
      text("jwt-key", &o::jwt_key, "FILE", nullptr,
           "Public key of RS, PS, ES or EdDSA tokens, in PEM."),
      text("jwt-keys", &o::jwt_keys, "FOLDER", nullptr,
           "Public keys <kid>.pem, for tokens that name theirs by kid."),
      text("jwt-issuer", &o::jwt_issuer, "TEXT", nullptr,
           "What iss has to be. Without it anything."),
      text("jwt-audience", &o::jwt_audience, "TEXT", nullptr,
           "What has to be in aud. Without it anything."),
      number("jwt-leeway", &o::jwt_leeway, {0, 300, "s"},
             "How far apart the clocks of issuer and node may be."),
      list("default-rooms", &o::default_rooms, "ROOMS", check_default_rooms,
           "What everybody may do, as in lobby:*=join,publish, in addition to "
           "what the token says; may be repeated. In a variable + separates "
           "the rights."),
      text("auth-url", &o::auth_url, "URL", check_auth_url,
           "Backend that says who a token's owner is: http://host:port/path."),
      list("auth-header", &o::auth_header, "NAME", check_header_name,
           "Header of the upgrade request that the backend gets to see, may be "
           "repeated."),
      number("auth-timeout", &o::auth_timeout, {1, 60, "s"},
             "Time the backend has for an answer."),
      number("auth-concurrency", &o::auth_concurrency, {1, 65'536, "requests"},
             "Questions to the backend at a time; more are refused with 503."),
    });
  append(
    res, "Limits",
    {
      number("max-message-bytes", &o::max_message_bytes,
             {128, 16'777'216, "bytes"}, "Largest frame of a client."),
      number("outbox-bytes", &o::outbox_bytes, {4'096, 1'073'741'824, "bytes"},
             "What may wait for one slow connection before it is closed, "
             "counting 128 bytes for each message beside its own; not less "
             "than --max-message-bytes."),
      list("outbox-policy", &o::outbox_policy, "PATTERN=POLICY",
           check_outbox_policy,
           "For rooms like 'ticker:*', instead of closing a slow connection: "
           "drop_oldest or latest_only; may be repeated."),
      number("room-queue-bytes", &o::room_queue_bytes,
             {65'536, 4'294'967'296, "bytes"},
             "Messages from the bus that may wait for one room or user; more "
             "are dropped, and a gap is told."),
      number("bus-queue-bytes", &o::bus_queue_bytes,
             {65'536, 68'719'476'736, "bytes"},
             "The same for all rooms and users of the node together."),
      number("lane-queue-bytes", &o::lane_queue_bytes,
             {65'536, 4'294'967'296, "bytes"},
             "The same for what waits for one lane."),
      number("request-window", &o::request_window, {1, 65'536, "requests"},
             "Unanswered requests of one connection before the node stops "
             "reading from it."),
      number("max-connections", &o::max_connections,
             {1, 10'000'000, "connections"}, "Connections of this node."),
      number("max-pending", &o::max_pending, {1, 10'000'000, "connections"},
             "TCP connections of this node that are not WebSockets (yet); "
             "more are closed at once."),
      number("connections-per-address", &o::connections_per_address,
             {0, 10'000'000, "connections"},
             "Connections of one IPv4 address or IPv6 /64; 0 means no limit."),
      number("user-connections", &o::user_connections,
             {0, 1'000, "connections"},
             "Connections of one user on all nodes; 0 means no limit."),
      value("user-policy", &o::user_policy, "POLICY", read_surplus_policy,
            show_surplus_policy,
            "When a user has one connection too many: reject it, or "
            "kick_oldest."),
      number("user-lease", &o::user_lease, {2, 3600, "s"},
             "Time after which the connections of a node that has crashed "
             "count no more."),
      number("max-rooms", &o::max_rooms, {1, 100'000, "rooms"},
             "Rooms that one connection may be in."),
      number("max-room-members", &o::max_room_members,
             {0, 10'000'000, "connections"},
             "Members of one room on this node; 0 means no limit."),
      number("max-node-rooms", &o::max_node_rooms, {1, 10'000'000, "rooms"},
             "Rooms that have members on this node."),
      number("max-user-rooms", &o::max_user_rooms, {0, 10'000'000, "rooms"},
             "Of them, those that one user has opened; 0 means a tenth, of a "
             "small node up to half."),
      number("max-header-bytes", &o::max_header_bytes, {1'024, 65'536, "bytes"},
             "Largest header of an HTTP request; half of it for the URL."),
      text("memory-watermark", &o::memory_watermark, "BYTES|N%",
           check_watermark,
           "Memory over which nobody is let in: bytes, or a share of what the "
           "process may have; 0 means no limit."),
    });
  append(
    res, "Rates; 0 means no limit",
    {
      number("messages-per-second", &o::messages_per_second,
             {0, 1'000'000, "messages"},
             "What one connection may send on average; more is refused as "
             "rate_limited."),
      number("messages-burst", &o::messages_burst, {0, 1'000'000, "messages"},
             "What it may send at once; 0 means as much as in a second."),
      number("bytes-per-second", &o::bytes_per_second,
             {0, 1'073'741'824, "bytes"},
             "The same for the size of the messages."),
      number("bytes-burst", &o::bytes_burst, {0, 1'073'741'824, "bytes"},
             "The same for the size of the messages."),
      number("errors-per-minute", &o::errors_per_minute,
             {0, 1'000'000, "errors"},
             "Mistakes and refusals of one connection before it is closed."),
      number("handshakes-per-second", &o::handshakes_per_second,
             {0, 1'000'000, "handshakes"},
             "Upgrades that the node considers; more are answered by 429."),
    });
  append(res, "Bus",
         {
           number("bus-timeout", &o::bus_timeout, {1, 300, "s"},
                  "Time for which a request waits for the bus."),
           number("bus-pending", &o::bus_pending, {1, 10'000'000, "messages"},
                  "Messages that may wait for Redis before publishers are "
                  "refused."),
           number("bus-pending-bytes", &o::bus_pending_bytes,
                  {65'536, 4'294'967'296, "bytes"},
                  "Size of the messages that may wait for Redis."),
         });
  return res;
}

/// Counts the single-character edits between two words (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      auto replace = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replace, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

} // namespace

std::string option_entry::variable() const {
  std::string res = "ATRIUM_";
  for (auto c : name)
    res += c == '-'
             ? '_'
             : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return res;
}

const std::vector<option_entry>& option_table() {
  static const auto table = make_table();
  return table;
}

const option_entry* find_option(std::string_view name) {
  const auto& table = option_table();
  auto i = std::find_if(table.begin(), table.end(),
                        [=](const auto& entry) { return entry.name == name; });
  return i != table.end() ? &*i : nullptr;
}

const option_entry* similar_option(std::string_view name) {
  const option_entry* best = nullptr;
  auto limit = std::min(name.size() / 2, std::size_t{3}) + 1;
  for (const auto& entry : option_table())
    if (auto edits = distance(name, entry.name); edits < limit) {
      best = &entry;
      limit = edits;
    }
  return best;
}

} // namespace atrium
