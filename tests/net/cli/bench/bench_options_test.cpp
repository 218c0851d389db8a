#define CAF_SUITE bench_options_test

#include "atrium/net/cli/bench/endpoint.hpp"
#include "atrium/net/cli/bench/parse_bench_options.hpp"

#include <caf/test/unit_test.hpp>

using namespace atrium::bench;
using namespace std::chrono_literals;

namespace {

using strings = std::vector<std::string>;

parsed_bench_options parse(const strings& arguments) {
  std::vector<const char*> argv = {"bench"};
  for (const auto& argument : arguments)
    argv.push_back(argument.c_str());
  return parse_bench_options(static_cast<int>(argv.size()), argv.data());
}

bench_options good(const strings& arguments) {
  auto got = parse(arguments);
  CAF_CHECK_EQUAL(got.text, "");
  CAF_CHECK(!got.exit_code.has_value());
  return got.value;
}

/// Checks that the arguments are refused with a line that has `part`.
void check_bad(const strings& arguments, const std::string& part) {
  auto got = parse(arguments);
  CAF_CHECK_EQUAL(got.exit_code.value_or(-1), 2);
  CAF_CHECK(got.text.starts_with("atrium bench: "));
  if (got.text.find(part) == std::string::npos)
    CAF_ERROR("no '" << part << "' in: " << got.text);
}

} // namespace

CAF_TEST(a_scenario_alone_has_its_usual_values) {
  auto fanout = good({"fanout"});
  CAF_CHECK_EQUAL(fanout.connections, 1'000U);
  CAF_CHECK(fanout.rooms == 1U && fanout.publishers == 1U);
  CAF_CHECK_EQUAL(fanout.window, 16U);
  CAF_CHECK_EQUAL(fanout.users, 1'000U);
  CAF_CHECK(fanout.urls == strings{"ws://127.0.0.1:8080/ws"});
  auto chat = good({"chat"});
  CAF_CHECK(chat.rooms == 100U && chat.publishers == 100U && chat.window == 1U);
  auto idle = good({"idle"});
  CAF_CHECK(idle.connections == 10'000U && idle.rooms == 0U && !idle.publishers);
  CAF_CHECK(!fanout.history && !fanout.missed);
  auto recover = good({"recover"});
  CAF_CHECK(recover.connections == 10'000U && recover.rooms == 100U && recover.history);
  CAF_CHECK(recover.missed == 100U && !recover.publishers && recover.window == 0U);
  auto presence = good({"presence"});
  CAF_CHECK(presence.connections == 10'000U && presence.rooms == 1U && !presence.events);
  auto api = good({"api"});
  CAF_CHECK(api.connections == 64U && api.rooms == 100U && api.batch == 1U);
  CAF_CHECK(api.urls == strings{"http://127.0.0.1:9080/api"});
}

CAF_TEST(usual_values_fit_the_number_of_connections) {
  auto chat = good({"chat", "--connections", "15"});
  CAF_CHECK(chat.rooms == 15U && chat.publishers == 2U && chat.users == 15U);
}

CAF_TEST(options_are_taken) {
  auto x = good({"direct", "--connections=20", "--users=5", "--rate=2.5", "--size=64",
                 "--duration=0.5", "--warmup=0", "--url", "ws://a:1/ws", "--url", "ws://b:2/ws",
                 "--pid=1", "--json", "--protocol=floor"});
  CAF_CHECK(x.what == scenario::direct && x.speaks == protocol::floor && x.json);
  CAF_CHECK(x.connections == 20U && x.users == 5U && x.size == 64U);
  CAF_CHECK(x.window == 0U && x.rate == 2.5);
  CAF_CHECK(x.duration == 500ms && x.warmup == 0ms);
  CAF_CHECK(x.urls == strings({"ws://a:1/ws", "ws://b:2/ws"}));
  CAF_CHECK(x.pids == std::vector<pid_t>{1});
  CAF_CHECK(good({"chat", "--history"}).history);
  CAF_CHECK(good({"recover", "--missed", "7"}).missed == 7U);
  CAF_CHECK(good({"presence", "--events"}).events);
  CAF_CHECK(good({"presence", "--redis-pid=1"}).redis_pids == std::vector<pid_t>{1});
  auto api = good({"api", "--batch=100", "--key=secret", "--redis-pid=1", "--history"});
  CAF_CHECK(api.batch == 100U && api.api_key == "secret" && api.history);
}

CAF_TEST(help_is_text_for_stdout) {
  auto got = parse({"--help"});
  CAF_CHECK_EQUAL(got.exit_code.value_or(-1), 0);
  CAF_CHECK(got.text.find("--window") != std::string::npos);
  CAF_CHECK(got.text.find("storm") != std::string::npos);
}

CAF_TEST(an_unknown_or_missing_scenario_is_refused) {
  check_bad({}, "scenario");
  check_bad({"fan"}, "fan");
  check_bad({"fanout", "chat"}, "chat");
}

CAF_TEST(values_out_of_range_are_refused) {
  check_bad({"fanout", "--connections", "0"}, "--connections");
  check_bad({"fanout", "--connections", "many"}, "--connections");
  check_bad({"fanout", "--size", "10"}, "--size");
  check_bad({"fanout", "--rate", "-1"}, "--rate");
  check_bad({"fanout", "--window", "0"}, "--window");
  check_bad({"fanout", "--protocol", "smoke"}, "--protocol");
  check_bad({"fanout", "--pid", "999999999"}, "--pid");
  check_bad({"presence", "--redis-pid", "999999999"}, "--redis-pid");
  check_bad({"recover", "--missed", "0"}, "--missed");
  check_bad({"fanout", "--cheese"}, "--cheese");
}

CAF_TEST(values_that_do_not_go_together_are_refused) {
  check_bad({"fanout", "--window", "1", "--rate", "1"}, "--window");
  check_bad({"idle", "--window", "1"}, "does not publish");
  check_bad({"storm", "--publishers", "1"}, "does not publish");
  check_bad({"recover", "--rate", "1"}, "publishes in its own way");
  check_bad({"storm", "--missed", "1"}, "--missed");
  check_bad({"direct", "--history"}, "--rooms");
  check_bad({"fanout", "--events"}, "--events");
  check_bad({"fanout", "--redis-pid=1"}, "--redis-pid");
  check_bad({"fanout", "--batch", "2"}, "--batch");
  check_bad({"chat", "--key", "secret"}, "--key");
  check_bad({"api", "--protocol", "floor"}, "--protocol");
  check_bad({"fanout", "--connections", "1", "--protocol", "pusher"}, "--rooms");
  check_bad({"api", "--url", "http://a/api", "--url", "http://b/api"}, "--url");
  check_bad({"api", "--users", "3"}, "--users");
  check_bad({"api", "--rooms", "0"}, "--rooms");
  check_bad({"api", "--rate", "3"}, "does not publish");
  check_bad({"presence", "--rooms", "2"}, "--rooms");
  check_bad({"presence", "--connections", "1"}, "--connections");
  check_bad({"presence", "--connections", "9", "--users", "8"}, "--users");
  check_bad({"presence", "--history"}, "--history");
  check_bad({"chat", "--connections", "5", "--publishers", "6"}, "--publishers");
  check_bad({"chat", "--connections", "5", "--rooms", "6"}, "--rooms");
  check_bad({"chat", "--rooms", "0"}, "--rooms");
  check_bad({"direct", "--connections", "5", "--users", "6"}, "--users");
}

CAF_TEST(a_bad_url_is_refused) {
  for (auto url : {"http://a/", "ws://", "ws://:80/", "ws://a:/", "ws://a:b/", "wss://a/"})
    check_bad({"fanout", "--url", url}, "--url");
  check_bad({"api", "--url", "ws://a/"}, "--url");
}

CAF_TEST(a_url_is_taken_apart) {
  auto full = endpoint::parse("ws://example.org:81/a/b?c").value();
  CAF_CHECK_EQUAL(full.host, "example.org");
  CAF_CHECK_EQUAL(full.port, "81");
  CAF_CHECK_EQUAL(full.authority, "example.org:81");
  CAF_CHECK_EQUAL(full.path, "/a/b?c");
  auto bare = endpoint::parse("ws://example.org").value();
  CAF_CHECK_EQUAL(bare.port, "80");
  CAF_CHECK_EQUAL(bare.path, "/");
  auto v6 = endpoint::parse("ws://[::1]:9/").value();
  CAF_CHECK_EQUAL(v6.host, "::1");
  CAF_CHECK_EQUAL(v6.port, "9");
  auto bare_v6 = endpoint::parse("ws://[::1]/").value();
  CAF_CHECK_EQUAL(bare_v6.host, "::1");
  CAF_CHECK_EQUAL(bare_v6.port, "80");
}
