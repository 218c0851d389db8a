#define CAF_SUITE options_test

#include "support/option_probe.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

CAF_TEST(rights in a variable are separated like everywhere) {
  for (auto text : {"lobby:*=join,publish, news=join", "lobby:*=join+publish,news=join"}) {
    auto got = parse({}, {{"ATRIUM_DEFAULT_ROOMS", text}});
    CAF_CHECK(!got.exit_code);
    CAF_REQUIRE_EQUAL(got.value.auth.default_rooms.size(), 2U);
    CAF_CHECK_EQUAL(got.value.auth.default_rooms[1], "news=join");
  }
}

CAF_TEST(rules for histories in a variable are separated like everywhere) {
  auto got = parse({}, {{"ATRIUM_HISTORY", "chat:*=1000,24h, news=off,*=1,1s"}});
  check_good(got);
  CAF_CHECK(got.value.history.rules == (strings{"chat:*=1000,24h", "news=off", "*=1,1s"}));
}

CAF_TEST(without any source the defaults hold) {
  auto got = parse({});
  check_good(got);
  CAF_CHECK(got.value.listen == (listen_address{"127.0.0.1", 8080}));
  CAF_CHECK_EQUAL(validate(got.value), "");
}

CAF_TEST(the word node in front of the flags changes nothing) {
  CAF_CHECK_EQUAL(parse({"node", "--lanes=3"}).value.lanes.count, 3u);
  CAF_CHECK_EQUAL(parse({"--lanes=3"}).value.lanes.count, 3u);
}

CAF_TEST(a flag wins over a variable over the file over the default) {
  temporary_file file{"lanes = 1\nworkers = 11\ngrace = 21\n"};
  variable_map variables = {{"ATRIUM_CONFIG", file.path()},
                            {"ATRIUM_LANES", "2"},
                            {"ATRIUM_WORKERS", "12"},
                            {"PATH", "/bin"}};
  auto got = parse({"--lanes", "3"}, variables);
  check_good(got);
  CAF_CHECK_EQUAL(got.value.lanes.count, 3u);
  CAF_CHECK_EQUAL(got.value.workers, 12u);
  CAF_CHECK(got.value.stop.grace == 21s);
  CAF_CHECK_EQUAL(got.value.limits.rooms_per_connection, 128u);
}

CAF_TEST(a flag may switch off what a variable or the file switches on) {
  variable_map variables = {{"ATRIUM_ALLOW_ANONYMOUS", "1"}, {"ATRIUM_REDIS", "redis://h:1"}};
  auto got = parse({"--allow-anonymous=false", "--redis", ""}, variables);
  check_good(got);
  CAF_CHECK(!got.value.admission.allow_anonymous);
  CAF_CHECK(got.value.bus.redis.empty());
}

CAF_TEST(the flag for the file wins over the variable) {
  temporary_file file{"lanes = 7\n"};
  auto got = parse({"--config", file.path()}, {{"ATRIUM_CONFIG", "/nowhere"}});
  check_good(got);
  CAF_CHECK_EQUAL(got.value.lanes.count, 7u);
}

namespace {

/// Returns a value for an option that has none by default.
std::string sample(const option_entry& entry) {
  static const std::map<std::string, std::string> samples = {
    {"redis", "unix:///r.sock"},
    {"allow-origin", "*"},
    {"jwt-alg", "ES256"},
    {"default-rooms", "r=join"},
    {"outbox-policy", "ticker:*=latest_only"},
    {"history", "chat:*=1000,24h"},
    {"replay", "ticker:*=1"},
    {"presence", "chat:*=count"},
    {"internal", "[::1]:9"},
    {"page", "off"},
    {"auth-url", "http://h:1/who"},
    {"trusted-proxy", "::1"},
    {"events", "https://h/events"},
  };
  auto i = samples.find(entry.name);
  return i != samples.end() ? i->second : "x";
}

/// Returns the options without which this one is refused, as flags.
strings companions(const option_entry& entry) {
  static const std::map<std::string, strings> table = {
    {"replay", {"--history=ticker:*=9,1h"}},
    {"tls-cert", {"--tls-key=x"}},
    {"tls-key", {"--tls-cert=x"}},
    {"internal-tls-cert", {"--internal-tls-key=x"}},
    {"internal-tls-key", {"--internal-tls-cert=x"}},
    {"events-secret-file", {"--events=https://h/events"}},
    {"redis-ca", {"--redis=rediss://h"}},
    {"redis-cert", {"--redis=rediss://h", "--redis-key=x"}},
    {"redis-key", {"--redis=rediss://h", "--redis-cert=x"}},
    {"redis-password-file", {"--redis=redis://h"}},
    {"redis-sentinel-user", {"--redis=redis-sentinel://h/m", "--redis-sentinel-password-file=x"}},
    {"redis-sentinel-password-file", {"--redis=redis-sentinel://h/m"}},
  };
  auto i = table.find(entry.name);
  return i != table.end() ? i->second : strings{};
}

} // namespace

CAF_TEST(every option is the same by flag and variable and file) {
  for (const auto& entry : option_table{}) {
    if (entry.name == "config")
      continue;
    auto value = entry.show(options{});
    if (value.empty() || value.front().empty())
      value = {sample(entry)};
    auto quote = entry.kind == option_kind::text ? "\"" : "";
    auto written = quote + value.front() + quote;
    if (entry.kind == option_kind::list)
      written = "[\"" + value.front() + "\"]";
    auto others = companions(entry);
    auto all = others;
    all.push_back("--" + entry.name + "=" + value.front());
    auto by_flag = parse(all);
    auto by_variable = parse(others, {{entry.variable(), value.front()}});
    auto by_file = parse_file(entry.name + " = " + written + " # a comment\n", others);
    for (const auto& got : {by_flag, by_variable, by_file}) {
      check_good(got);
      CAF_CHECK(entry.show(got.value) == value);
    }
  }
}

CAF_TEST(lists are repeated flags or comma separated or an array) {
  strings both = {"https://a.example", "http://b.example:81"};
  auto by_flag = parse({"--allow-origin", both[0], "--allow-origin=" + both[1]});
  auto by_variable = parse({}, {{"ATRIUM_ALLOW_ORIGIN", both[0] + ", " + both[1]}});
  auto by_file
    = parse_file("allow_origin = [\n  '" + both[0] + "', # one\n  \"" + both[1] + "\",\n]\n");
  for (const auto& got : {by_flag, by_variable, by_file}) {
    check_good(got);
    CAF_CHECK(got.value.admission.allow_origin == both);
  }
}

CAF_TEST(a file may be empty and have comments and underscores and other line ends) {
  check_good(parse_file(""));
  auto got = parse_file("\xEF\xBB\xBF# atrium\r\n\r\nmax_message_bytes = 65_536\r\n"
                        "\"log-level\" = 'warn'\r\nallow-anonymous=true");
  check_good(got);
  CAF_CHECK_EQUAL(got.value.session.max_message_bytes, 65536u);
  CAF_CHECK_EQUAL(got.value.log.level, log::level::warn);
  CAF_CHECK(got.value.admission.allow_anonymous);
}

CAF_TEST(help names every option with its variable and default and range) {
  auto got = parse({"--help", "--lanes=2"}, {{"ATRIUM_NONSENSE", "1"}});
  CAF_CHECK_EQUAL(got.exit_code.value_or(-1), 0);
  for (const auto& entry : option_table{}) {
    auto usual = entry.show(options{});
    auto is_set = !usual.empty() && !usual.front().empty();
    auto shown = is_set ? "default " + usual.front() : "not set by default; " + entry.variable();
    for (const auto& part : {"--" + entry.name, entry.variable(), shown, entry.range})
      if (!contains(got.text, part))
        CAF_ERROR("no '" << part << "' in the help");
  }
  CAF_CHECK(contains(got.text, "1..3600 s; default 25 s; ATRIUM_PING_INTERVAL"));
  CAF_CHECK(contains(got.text, "default none; ATRIUM_AUTH\n"));
}

CAF_TEST(version is printed with success) {
  auto got = parse({"--version"});
  CAF_CHECK_EQUAL(got.exit_code.value_or(-1), 0);
  CAF_CHECK(got.text.starts_with("atrium 0."));
}

CAF_TEST(options that a program sets are validated like those of a user) {
  options value;
  value.lanes.count = 1000;
  CAF_CHECK_EQUAL(validate(value), "lanes: '1000' is not a whole number in 0..256");
  value = {};
  value.lanes.ping_interval = -5s;
  CAF_CHECK(validate(value).starts_with("ping-interval: "));
  value = {};
  value.listen = {"", 0};
  CAF_CHECK(validate(value).starts_with("listen: "));
  value.listen = {"::", 0};
  value.admission.allow_anonymous = true;
  CAF_CHECK_EQUAL(validate(value), "");
}

CAF_TEST(variables of an orchestrator are not taken for options) {
  for (auto& [name, value] : variable_map{
         {"ATRIUM_PORT", "tcp://10.0.0.1:8080"},
         {"ATRIUM_SERVICE_HOST", "10.0.0.1"},
         {"ATRIUM_SERVICE_PORT", "8080"},
         {"ATRIUM_SERVICE_PORT_HTTP", "8080"},
         {"ATRIUM_PORT_8080_TCP", "tcp://10.0.0.1:8080"},
         {"ATRIUM_PORT_8080_TCP_PROTO", "tcp"},
         {"ATRIUM_PORT_8080_TCP_PORT", "8080"},
         {"ATRIUM_PORT_8080_TCP_ADDR", "10.0.0.1"},
         {"ATRIUM_PORT_53_UDP", "udp://10.0.0.1:53"},
         {"ATRIUM_REDIS_SERVICE_HOST", "10.0.0.2"},
         {"ATRIUM_REDIS_PORT", "tcp://10.0.0.2:6379"},
         {"ATRIUM_REDIS_PORT_6379_TCP_ADDR", "10.0.0.2"},
         {"ATRIUM_PROXY_PORT_9180_SCTP", "sctp://10.0.0.3:9180"},
         {"ATRIUM_NAME", "/web/atrium"},
         {"ATRIUM_ENV_PATH", "/bin"},
       }) {
    auto got = parse({}, {{name, value}});
    CAF_CHECK(!got.exit_code);
    CAF_CHECK_EQUAL(got.ignored, strings{name});
  }
  CAF_CHECK_EQUAL(parse({}, {{"ATRIUM_MAX_PENDING", "7"}}).value.admission.max_pending, 7U);
  CAF_CHECK(parse({}, {{"ATRIUM_MAX_PENDING", "7"}}).ignored.empty());
  for (auto& [name, value] : variable_map{{"ATRIUM_PORT", "8080"},
                                          {"ATRIUM_PORT_HTTP", "8080"},
                                          {"ATRIUM_SERVICE", "x"},
                                          {"ATRIUM_LISTEN", "tcp://10.0.0.1:8080"}})
    CAF_CHECK_EQUAL(parse({}, {{name, value}}).exit_code.value_or(0), 2);
}
