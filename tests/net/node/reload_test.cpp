#define CAF_SUITE reload_test

#include "atrium/actors/util/semaphore.hpp"
#include "atrium/actors/util/task_pool.hpp"
#include "atrium/broker/bus.hpp"
#include "atrium/broker/envelope.hpp"
#include "atrium/broker/history.hpp"
#include "atrium/broker/inbox.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/net/admission/client_counters.hpp"
#include "atrium/net/api/api_access.hpp"
#include "atrium/net/api/api_routes.hpp"
#include "atrium/net/node/node.hpp"

#include "support/option_probe.hpp"

#include <map>
#include <set>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

// Whoever adds an option decides here whether a running node takes it over; if
// so, a row of `effects` sees that it does, or a test of processes.

namespace {

const std::set<std::string> needs_restart = {
  "listen",           "internal",       "redis",        "namespace",
  "node-id",          "config",         "lanes",        "workers",
  "ping-interval",    "flush-window",   "auth",         "user-lease",
  "auth-concurrency", "bus-timeout",    "lease",        "api-public",
  "events",           "presence-grace", "task-threads",
};

// Seen by test_reload, test_reload_access and test_reload_backend of
// tests/integration/operations, and test_redis_addresses beside them: they need tokens, a back end,
// Redis, time, TLS or connections of one user.
const std::set<std::string> seen_by_clients = {
  "jwt-alg",
  "jwt-secret-file",
  "jwt-key",
  "jwt-keys",
  "jwt-issuer",
  "jwt-audience",
  "jwt-leeway",
  "auth-url",
  "auth-timeout",
  "default-rooms",
  "tls-cert",
  "tls-key",
  "admin-token-file",
  "internal-tls-cert",
  "internal-tls-key",
  "user-connections",
  "user-policy",
  "api-key-file",
  "bus-pending",
  "bus-pending-bytes",
  "inbox-ttl",
  "events-max-bytes",
  "events-secret-file",
  "redis-ca",
  "redis-cert",
  "redis-key",
  "redis-password-file",
  "redis-sentinel-user",
  "redis-sentinel-password-file",
};

const auto somebody = boost::asio::ip::make_address("192.0.2.1");

bool is_refused(const node& x, const std::string& code) {
  auto now = admission_limits::clock::now();
  std::vector<std::variant<address_table::permit, refusal>> got;
  for (int i = 0; i < 2; ++i)
    got.push_back(x.context().admission->enter(somebody, now));
  auto* no = std::get_if<refusal>(&got.back());
  return no != nullptr && no->code == code;
}

bool has_one_place(const node& x) {
  auto& all = *x.context().admission->pending();
  auto first = all.enter(somebody, true);
  first->busy(); // nobody may take its place
  return all.is_full();
}

bool writes_json() {
  std::string got;
  log::redirect([&](std::string_view line) { got = line; });
  log::error("a_test", "looks");
  log::redirect(nullptr);
  return got.starts_with('{');
}

const limits& limits_at(const node& x) {
  return *x.context().env->limits;
}

const client_rules& rules_at(const node& x) {
  return *x.context().rules;
}

/// Whether a second thing at once has to wait.
bool holds_back(const token_rate& rate) {
  token_bucket bucket;
  auto now = token_bucket::clock::now();
  bucket.take(now, rate);
  return bucket.take(now, rate) > 0ns;
}

/// Keeps durable messages, each of so many bytes; returns whether the last one is taken.
bool keeps(const node& x, int count, std::size_t size = 1) {
  errc last = errc::none;
  envelope message;
  message.to = scope::user;
  message.data = '"' + std::string(size, 'x') + '"';
  for (int i = 0; i < count; ++i) {
    message.event_id = std::to_string(i);
    message.target = size > 1 ? "u" + message.event_id : "ann";
    auto packet = std::make_shared<const std::string>(encode_packet(message, false));
    x.context().env->inbox->put(message.target, {packet, message.event_id},
                                [&](const inbox_receipt& told) { last = told.error; });
  }
  return last == errc::none;
}

std::size_t kept_for_ann(const node& x) {
  std::size_t result = 0;
  x.context().env->inbox->read({"ann", "phone"},
                               [&](const inbox_page& page) { result = page.messages.size(); });
  return result;
}

/// How many of these messages, a kilobyte each, the log of a room has at the end.
std::size_t kept_of(const node& x, int count) {
  auto& log = *x.context().env->bus->history();
  const history_rule rule{1'000, 1h};
  auto packet = std::make_shared<const std::string>(std::string(1'000, 'x'));
  for (int i = 0; i < count; ++i)
    log.append("room", {packet, rule, std::to_string(i)}, nullptr);
  history_query what;
  what.rule = rule;
  what.limit = 1'000;
  what.max_bytes = 1 << 20;
  std::size_t result = 0;
  log.read("room", what, [&](const history_page& page) { result = page.messages.size(); });
  return result;
}

struct effect {
  strings flags; // what else goes with it
  std::function<bool(const node&)> is_seen;
};

/// What to look at after a reload with the value of `flags.front()`.
const std::map<std::string, effect> effects = {
  {"log-level", {{"warn"}, [](auto&) { return log::threshold() == log::level::warn; }}},
  {"log-format", {{"json"}, [](auto&) { return writes_json(); }}},
  {"trace-user", {{"ann"}, [](auto& x) { return x.context().env->watched->has_user("ann"); }}},
  {"trace-room", {{"r"}, [](auto& x) { return x.context().env->watched->has_room("r"); }}},
  {"drain-delay", {{"7"}, [](auto& x) { return x.current_options().stop.drain_delay == 7ms; }}},
  {"drain-window", {{"7"}, [](auto& x) { return x.current_options().stop.drain_window == 7ms; }}},
  {"grace", {{"1"}, [](auto& x) { return x.longest_stop() == 1500ms; }}},
  {"allow-origin", {{"*"}, [](auto& x) { return rules_at(x).origins.allowed == strings{"*"}; }}},
  {"allow-anonymous",
   {{"true"}, [](auto& x) { return x.current_options().admission.allow_anonymous; }}},
  {"page", {{"off"}, [](auto& x) { return !rules_at(x).has_page; }}},
  {"trusted-proxy",
   {{"192.0.2.1"}, [](auto& x) { return rules_at(x).proxies.contains(somebody); }}},
  {"proxy-protocol",
   {{"true", "--trusted-proxy=::1"}, [](auto& x) { return rules_at(x).proxy_protocol; }}},
  {"handshake-timeout", {{"3"}, [](auto& x) { return rules_at(x).http.handshake_timeout == 3s; }}},
  {"idle-timeout", {{"3"}, [](auto& x) { return rules_at(x).session.idle_timeout == 3s; }}},
  {"auth-header", {{"X-A"}, [](auto& x) { return rules_at(x).shown_headers == strings{"X-A"}; }}},
  {"max-message-bytes",
   {{"1234"},
    [](auto& x) {
      return rules_at(x).session.max_message_bytes == 1234
             && rules_at(x).settings.max_message_bytes == 1234;
    }}},
  {"outbox-bytes",
   {{"70000"},
    [](auto& x) {
      return rules_at(x).session.outbox_bytes == 70'000
             && limits_at(x).message_bytes == 70'000 + envelope_overhead;
    }}},
  {"outbox-policy",
   {{"r=latest_only"},
    [](auto& x) { return limits_at(x).outbox_policies.find("r") == outbox_policy::latest_only; }}},
  {"room-queue-bytes", {{"70000"}, [](auto& x) { return limits_at(x).room_queue == 70'000; }}},
  {"bus-queue-bytes",
   {{"70000"}, [](auto& x) { return x.context().env->bus_queue->size() == 70'000; }}},
  {"lane-queue-bytes",
   {{"70000"}, [](auto& x) { return x.context().env->lanes.front().queue->size() == 70'000; }}},
  {"request-window", {{"3"}, [](auto& x) { return rules_at(x).session.request_window == 3; }}},
  {"max-connections", {{"3"}, [](auto& x) { return x.context().connections->size() == 3; }}},
  {"max-pending", {{"1"}, has_one_place}},
  {"connections-per-address",
   {{"1"}, [](auto& x) { return is_refused(x, "too_many_connections"); }}},
  {"handshakes-per-second", {{"1"}, [](auto& x) { return is_refused(x, "rate_limited"); }}},
  {"memory-watermark", {{"1"}, [](auto& x) { return is_refused(x, "overloaded"); }}},
  {"task-queue", {{"3"}, [](auto& x) { return x.context().env->tasks->queue() == 3; }}},
  {"max-rooms", {{"3"}, [](auto& x) { return limits_at(x).rooms_per_connection == 3; }}},
  {"max-room-members", {{"3"}, [](auto& x) { return limits_at(x).members_per_room == 3; }}},
  {"max-node-rooms", {{"3"}, [](auto& x) { return limits_at(x).rooms_per_node == 3; }}},
  {"max-user-rooms", {{"3"}, [](auto& x) { return limits_at(x).rooms_per_user == 3; }}},
  {"max-header-bytes",
   {{"2000"}, [](auto& x) { return rules_at(x).http.max_header_bytes == 2000; }}},
  {"messages-per-second", {{"1"}, [](auto& x) { return holds_back(rules_at(x).rates.messages); }}},
  {"messages-burst", {{"1"}, [](auto& x) { return holds_back(rules_at(x).rates.messages); }}},
  {"bytes-per-second", {{"1"}, [](auto& x) { return holds_back(rules_at(x).rates.bytes); }}},
  {"bytes-burst", {{"1"}, [](auto& x) { return holds_back(rules_at(x).rates.bytes); }}},
  {"errors-per-minute", {{"1"}, [](auto& x) { return holds_back(rules_at(x).rates.errors); }}},
  {"history", {{"r=9,1h"}, [](auto& x) { return limits_at(x).history.find("r").count == 9; }}},
  {"replay",
   {{"r=2", "--history=r=9,1h"}, [](auto& x) { return limits_at(x).replays.find("r") == 2; }}},
  {"history-page", {{"3"}, [](auto& x) { return limits_at(x).history_page == 3; }}},
  {"history-bytes",
   {{"70000", "--max-message-bytes=1000"}, [](auto& x) { return kept_of(x, 100) < 70; }}},
  {"inbox-max", {{"3"}, [](auto& x) { return keeps(x, 5) && kept_for_ann(x) == 3; }}},
  {"inbox-bytes",
   {{"70000", "--max-message-bytes=1000"}, [](auto& x) { return !keeps(x, 50, 2'000); }}},
  {"api-max-bytes", {{"1234"}, [](auto& x) { return api_gate.largest_body(x.context()) == 1234; }}},
  {"api-concurrency",
   {{"3"}, [](auto& x) { return x.context().api->traffic->requests->size() == 3; }}},
  {"api-pending-bytes",
   {{"70000", "--api-max-bytes=65536"},
    [](auto& x) { return x.context().api->traffic->bytes->size() == 70'000; }}},
  {"presence",
   {{"r"}, [](auto& x) { return limits_at(x).presence.find("r") == presence_mode::full; }}},
};

/// A node alone that has not started, where all may be changed that is live.
struct fixture {
  // No option without which others cannot be changed is off.
  static options first() {
    auto got = parse({"--lanes=1", "--presence=other", "--internal=off"});
    check_good(got);
    return got.value;
  }

  ~fixture() {
    log::set_format(log::format::text);
    log::set_threshold(log::level::info);
  }

  void reload(strings flags) {
    flags.insert(flags.end(), {"--lanes=1", "--internal=off"});
    auto got = parse(flags);
    check_good(got);
    subject.reload(got);
  }

  node subject{first(), {}};
};

} // namespace

CAF_TEST(every option is decided about) {
  for (auto& x : option_table{}) {
    auto decided
      = needs_restart.count(x.name) + seen_by_clients.count(x.name) + effects.count(x.name);
    auto is_live = x.liveness != liveness::restart;
    if (decided != 1 || is_live != !needs_restart.contains(x.name))
      CAF_ERROR("does a running node take --" << x.name << " over?");
  }
}

CAF_TEST(what needs a restart says why) {
  for (auto& x : option_table{})
    if (x.obstacle.empty() != (x.liveness == liveness::full))
      CAF_ERROR("why does --" << x.name << " need a restart?");
}

CAF_TEST(what is live has its effect on a running node) {
  for (auto& [name, x] : effects) {
    fixture one;
    auto others = x.flags;
    others.erase(others.begin());
    one.reload(others); // not what is looked at
    if (x.is_seen(one.subject))
      CAF_ERROR("--" << name << " is no change");
    others.push_back("--" + name + "=" + x.flags.front());
    one.reload(others);
    if (!x.is_seen(one.subject))
      CAF_ERROR("--" << name << " has no effect");
  }
}

CAF_TEST(an option that is the same leaves alone what a signal has set) {
  fixture one;
  log::set_threshold(log::level::debug);
  one.reload({"--max-rooms=3"});
  CAF_CHECK_EQUAL(log::threshold(), log::level::debug);
}

CAF_TEST(a node that stops takes nothing over any more) {
  fixture one;
  one.subject.stop();
  one.reload({"--log-level=warn"});
  CAF_CHECK_EQUAL(log::threshold(), log::level::info);
}
