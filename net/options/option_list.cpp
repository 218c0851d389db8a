#include "atrium/net/options/option_list.hpp"

#include "atrium/net/admission/trusted_proxies.hpp"
#include "atrium/net/options/option_limits.hpp"
#include "atrium/net/options/option_rows.hpp"
#include "atrium/net/options/options.hpp"

#include <utility>

namespace atrium {

namespace {

using namespace option_rows;

rows node_rows() {
  return {
    value("listen", FIELD(listen), "HOST:PORT", read_address, show_address,
          "Address to listen on, an IPv6 address in brackets; port 0 lets the "
          "system choose.")
      .fixed("the node listens already"),
    text("internal", FIELD(internal.address), "HOST:PORT|unix://PATH",
         check_internal,
         "Address for operators: /health, /metrics, /inspector; `off` for "
         "none. Without it 127.0.0.1 and the port of --listen plus (or minus) "
         "1000.")
      .fixed("the node listens already"),
    text("internal-tls-cert", FIELD(internal.tls.cert), "FILE", nullptr,
         "Certificate chain of the listener for operators, in PEM; they "
         "connect with TLS then.")
      .live_while_on(),
    text("internal-tls-key", FIELD(internal.tls.key), "FILE", nullptr,
         "Key of --internal-tls-cert, in PEM.")
      .live_while_on(),
    text("admin-token-file", FIELD(internal.admin_token_file), "FILE", nullptr,
         "Token of administrators, who may close connections and publish on "
         "--internal. Without it only this machine may.")
      .live(),
    list(
      "redis", FIELD(bus.redis), "URL", check_redis,
      "Redis that joins the nodes: redis://[user:password@]host:port[/db], "
      "rediss:// (with TLS), unix:///path, "
      "redis-sentinel://host,host,host/master or "
      "redis-cluster://host,host,host. Several that know nothing of each "
      "other share the rooms and users; may be repeated. Without it the node "
      "is alone.")
      .fixed("all links and what stands there would have to move")
      .masked(mask_redis),
    text("redis-ca", FIELD(bus.redis_access.tls.ca), "FILE", nullptr,
         "Authorities by whom a Redis with TLS has its certificate, in PEM; "
         "without it those of the machine.")
      .live(),
    text("redis-cert", FIELD(bus.redis_access.tls.cert), "FILE", nullptr,
         "Certificate chain of the node for a Redis with TLS, in PEM.")
      .live(),
    text("redis-key", FIELD(bus.redis_access.tls.key), "FILE", nullptr,
         "Key of --redis-cert, in PEM.")
      .live(),
    text("redis-password-file", FIELD(bus.redis_access.password), "FILE",
         nullptr,
         "Password of Redis, in place of one in the address, which other "
         "processes could see.")
      .live(),
    text("redis-sentinel-user", FIELD(bus.redis_access.sentinel_user), "NAME",
         nullptr, "Who the node is at the sentinels.")
      .live(),
    text("redis-sentinel-password-file",
         FIELD(bus.redis_access.sentinel_password), "FILE", nullptr,
         "Password of the sentinels.")
      .live(),
    text("namespace", FIELD(bus.name_space), "NAME", check_name_space,
         "Prefix of all channels in Redis; nodes of one namespace work "
         "together.")
      .fixed("all links and what stands there would have to move"),
    text("node-id", FIELD(node_id), "NAME", check_node_id,
         "Name of this node, unlike that of any other. Without it the host "
         "name and a random part.")
      .fixed("other nodes and clients know the node by it"),
    text("config", FIELD(config), "FILE", nullptr,
         "File with options: TOML, one `name = value` a line.")
      .fixed("the file is chosen when the node starts"),
    value(
      "log-level", FIELD(log.level), "trace|debug|info|warn|error|off",
      read_log_level, show_log_level,
      "Least important messages to log. SIGUSR1 switches to debug and back.")
      .live(),
    value("log-format", FIELD(log.format), "text|json", read_log_format,
          show_log_format, "How the log looks; json is an object a line.")
      .live(),
    list("trace-user", FIELD(log.trace_users), "NAME", check_traced_name,
         "Log what this user does, and what is sent to the user, at the level "
         "info; may be repeated.")
      .live(),
    list("trace-room", FIELD(log.trace_rooms), "NAME", check_traced_name,
         "Log what happens in this room, at the level info; may be repeated.")
      .live(),
    number("lanes", FIELD(lanes.count), {0, 256},
           "Threads that serve sockets, users and rooms; 0 means one per two "
           "processors that the node may use, by affinity and control groups.")
      .fixed("threads are made when the node starts"),
    number("workers", FIELD(workers), {1, 64},
           "Threads that run rooms with logic of their own.")
      .fixed("threads are made when the node starts"),
    number("task-threads", FIELD(tasks.threads), {1, 64},
           "Threads for tasks of rooms with logic of their own: work that "
           "waits or computes.")
      .fixed("a thread cannot be taken away from its task"),
    number("task-queue", FIELD(tasks.queue), {1, 1'000'000, "tasks"},
           "Tasks that may wait for such a thread; more fail at once.")
      .live(),
    number("drain-delay", FIELD(stop.drain_delay), {0, 600'000, "ms"},
           "Time after a stop signal for load balancers to notice; clients are "
           "served as before.")
      .live(),
    number("drain-window", FIELD(stop.drain_window), {0, 600'000, "ms"},
           "Time after --drain-delay over which clients are closed, and told "
           "to come back.")
      .live(),
    number("grace", FIELD(stop.grace), {1, 3600, "s"},
           "Time after --drain-window for silent clients, and for rooms to "
           "end.")
      .live(),
  };
}

rows connection_rows() {
  return {
    list("allow-origin", FIELD(admission.allow_origin), "ORIGIN", check_origin,
         "Origin of web pages that may connect, may be repeated; * means every "
         "page. Without it the node's own host only.")
      .live(),
    toggle("allow-anonymous", FIELD(admission.allow_anonymous),
           "Let clients choose their user name without proof although other "
           "machines can reach the node.")
      .live(),
    text("page", FIELD(http.page), "on|off", check_page,
         "Whether / shows a chat page, for trying things out. Without it on, "
         "and off with --auth.")
      .live(),
    text("tls-cert", FIELD(tls.cert), "FILE", nullptr,
         "Certificate chain of the node, in PEM; clients connect with TLS "
         "then.")
      .live_while_on(),
    text("tls-key", FIELD(tls.key), "FILE", nullptr,
         "Key of --tls-cert, in PEM.")
      .live_while_on(),
    list("trusted-proxy", FIELD(admission.trusted_proxies), "ADDRESS[/BITS]",
         check_network,
         "Proxy whose X-Forwarded-For is believed, or a network of them; may "
         "be repeated.")
      .live(),
    toggle("proxy-protocol", FIELD(admission.proxy_protocol),
           "Expect the PROXY protocol, version 1 or 2, before anything else; "
           "only trusted proxies may connect then.")
      .live(),
    number("ping-interval", FIELD(lanes.ping_interval), {1, 3600, "s"},
           "Time between pings; a connection that is silent for two of them is "
           "closed.")
      .fixed("clients were told it when they came"),
    number("handshake-timeout", FIELD(http.handshake_timeout), {1, 300, "s"},
           "Time a client has for its HTTP request.")
      .live(),
    number("idle-timeout", FIELD(session.idle_timeout), {0, 86'400, "s"},
           "Time without a request after which a connection is closed; 0 means "
           "never.")
      .live(),
    number("flush-window", FIELD(lanes.flush_window), {0, 100'000, "us"},
           "Longest time for which a busy lane gathers messages; it gathers "
           "for as long as its last writing took.")
      .fixed("lanes are made with it"),
  };
}

rows access_rows() {
  return {
    value("auth", FIELD(auth.mode), "none|jwt|url", read_auth_mode,
          show_auth_mode,
          "How users are known: none (by ?user=NAME), jwt (by a signed token) "
          "or url (by a backend of yours).")
      .fixed("a part of the node is made or left out by it"),
    text("jwt-alg", FIELD(auth.jwt.alg), "NAME", check_jwt_alg,
         "Algorithm of the tokens, the only one that is accepted: HS256, "
         "RS256, PS256 or ES256, or with 384 or 512; or EdDSA.")
      .live(),
    text("jwt-secret-file", FIELD(auth.jwt.secret_file), "FILE", nullptr,
         "Secret of HS tokens; a line break at the end does not count.")
      .live(),
    text("jwt-key", FIELD(auth.jwt.key), "FILE", nullptr,
         "Public key of RS, PS, ES or EdDSA tokens, in PEM.")
      .live(),
    text("jwt-keys", FIELD(auth.jwt.keys), "FOLDER", nullptr,
         "Public keys <kid>.pem, for tokens that name theirs by kid.")
      .live(),
    text("jwt-issuer", FIELD(auth.jwt.issuer), "TEXT", nullptr,
         "Value that the claim iss of a token has to have. Without it any.")
      .live(),
    text("jwt-audience", FIELD(auth.jwt.audience), "TEXT", nullptr,
         "Value that has to be in the claim aud of a token. Without it any.")
      .live(),
    number("jwt-leeway", FIELD(auth.jwt.leeway), {0, 300, "s"},
           "How far apart the clocks of issuer and node may be.")
      .live(),
    list("default-rooms", FIELD(auth.default_rooms), "ROOMS",
         check_default_rooms,
         "Rights of everybody, as in lobby:*=join,publish, in addition to "
         "those of the token; may be repeated. In a variable + separates the "
         "rights.")
      .live(),
    text("auth-url", FIELD(auth.backend.url), "URL", check_auth_url,
         "Backend that says who a token's owner is: http://host:port/path.")
      .live(),
    list("auth-header", FIELD(auth.backend.headers), "NAME", check_header_name,
         "Header of the upgrade request that the backend gets to see, may be "
         "repeated.")
      .live(),
    number("auth-timeout", FIELD(auth.backend.timeout), {1, 60, "s"},
           "Time the backend has for an answer.")
      .live(),
    number("auth-concurrency", FIELD(auth.backend.concurrency),
           {1, 65'536, "requests"},
           "Questions to the backend at a time; more are refused with 503.")
      .fixed("file descriptors are shared out when the node starts"),
  };
}

/// Adds rows under a heading of the help.
void append(rows& table, const std::string& group, rows group_rows) {
  for (auto& row : group_rows) {
    row.group = group;
    table.push_back(std::move(row));
  }
}

rows api_rows() {
  return {
    text("api-key-file", FIELD(api.key_file), "FILE", nullptr,
         "Keys of back ends that use the API, one NAME:KEY[:RIGHTS] a line. "
         "Without it only this machine may, at --internal. Read anew on "
         "SIGHUP.")
      .live_while_on("whether the API asks for keys is settled when the node "
                     "starts"),
    toggle("api-public", FIELD(api.is_public),
           "Serve the API also where clients connect.")
      .fixed("what is served where is settled when the node starts"),
    number("api-max-bytes", FIELD(api.max_bytes), {1'024, 67'108'864, "bytes"},
           "Largest body of a request to the API.")
      .live(),
    number("api-concurrency", FIELD(api.concurrency), {1, 65'536, "requests"},
           "Requests to the API at a time; more are refused with 503.")
      .live(),
    number("api-pending-bytes", FIELD(api.pending_bytes),
           {65'536, 4'294'967'296, "bytes"},
           "Bytes of the bodies of these requests; more are refused with 503.")
      .live(),
  };
}

} // namespace

std::vector<option_entry> list_options() {
  rows res;
  append(res, "Node", node_rows());
  append(res, "Connections", connection_rows());
  append(res, "Access", access_rows());
  append(res, "Limits", queue_rows());
  append(res, "Limits", count_rows());
  append(res, "Rates; 0 means no limit", rate_rows());
  append(res, "Bus", bus_rows());
  append(res, "History", history_rows());
  append(res, "Presence", presence_rows());
  append(res, "Inbox", inbox_rows());
  append(res, "API", api_rows());
  append(res, "Events", event_rows());
  return res;
}

} // namespace atrium
