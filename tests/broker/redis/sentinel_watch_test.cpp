#define CAF_SUITE sentinel_watch_test

#include "atrium/broker/redis/master_locator.hpp"
#include "atrium/broker/redis/sentinel_watch.hpp"

#include "caf/test/unit_test.hpp"
#include "support/scripted_sentinel.hpp"

#include <deque>
#include <optional>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

using mood = scripted_sentinel::mood;

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// A watch of the master "main", whose sentinels say that it is on port 1.
struct fixture {
  fixture() {
    config.address.kind = redis_kind::sentinel;
    config.address.hosts.clear();
    config.address.master = "main";
    config.backoff_floor = 2ms;
    config.backoff_cap = 20ms;
    config.ping_idle = 20ms;
    config.log = [this](const log::record& x) { lines.append(log::to_text(x)).append("\n"); };
  }

  // Runs everything until `done`, or for too long.
  template <class F>
  bool until(F&& done) {
    auto limit = std::chrono::steady_clock::now() + 20s;
    while (!done() && std::chrono::steady_clock::now() < limit)
      io.run_one_for(20ms);
    return done();
  }

  void add(mood how = mood::answers) {
    auto& x = servers.emplace_back(io);
    x.how = how;
    config.address.hosts.push_back(x.host());
  }

  void start() {
    watch.emplace(io, config, [this](std::string_view why) { moves.emplace_back(why); });
    watch->start();
  }

  // Starts, and waits until somebody listens and nothing is missed any more.
  bool is_started() {
    start();
    auto& x = servers.front();
    return until([&] { return x.listeners() == 1 && x.questions() == 2; })
           && !ask().master.name.empty();
  }

  sentinel_watch::answer ask() {
    std::optional<sentinel_watch::answer> result;
    auto me = std::make_shared<int>();
    watch->ask(me, [&](auto x) { result = std::move(x); });
    CAF_CHECK(!result);
    CAF_CHECK(until([&] { return result.has_value(); }));
    return result.value_or(sentinel_watch::answer{});
  }

  boost::asio::io_context io;
  redis_client_config config;
  std::string lines;
  std::deque<scripted_sentinel> servers;
  std::vector<std::string> moves;
  std::optional<sentinel_watch> watch;
};

const std::vector<std::string> moved_to_2{"the master is now 127.0.0.1:2"};

} // namespace

CAF_TEST_FIXTURE_SCOPE(sentinel_watch_tests, fixture)

CAF_TEST(one question is for all who ask) {
  add();
  CAF_REQUIRE(is_started());
  auto before = servers[0].questions();
  std::vector<redis_host> found;
  auto me = std::make_shared<int>();
  for (int i = 0; i < 10; ++i)
    watch->ask(me, [&](auto x) { found.push_back(x.master); });
  CAF_CHECK(found.empty());
  CAF_CHECK(until([&] { return found.size() == 10; }));
  CAF_CHECK(found == std::vector(10, redis_host{"127.0.0.1", 1}));
  // Every five seconds there is one more.
  CAF_CHECK_LESS(servers[0].questions() - before, 4u);
  CAF_CHECK(moves.empty());
}

CAF_TEST(who is gone hears nothing) {
  add();
  start();
  auto gone = std::make_shared<int>();
  watch->ask(gone, [](auto) { CAF_FAIL("somebody is called who is gone"); });
  gone.reset();
  CAF_CHECK_EQUAL(ask().master.port, 1);
}

CAF_TEST(a move is heard and an old answer does not take it back) {
  add();
  CAF_REQUIRE(is_started());
  servers[0].announce(1, 2, "other");
  servers[0].announce(1, 2);
  CAF_CHECK(until([&] { return !moves.empty(); }));
  CAF_CHECK(has(lines, "redis_master_moved"));
  CAF_CHECK(has(lines, "from=127.0.0.1:1 to=127.0.0.1:2"));
  CAF_CHECK_EQUAL(ask().master.port, 2);
  CAF_CHECK(until([&] { return has(lines, "has not heard of the failover to 127.0.0.1:2"); }));
  CAF_CHECK_EQUAL(ask().master.port, 2);
  servers[0].move(2);
  CAF_CHECK_EQUAL(ask().master.port, 2);
  CAF_CHECK_EQUAL(moves, moved_to_2);
}

CAF_TEST(what nobody has told is found by asking) {
  add();
  CAF_REQUIRE(is_started());
  servers[0].move(2);
  // It is between others.
  servers[0].announce(7, 8);
  CAF_CHECK(until([&] { return !moves.empty(); }));
  CAF_CHECK_EQUAL(moves, moved_to_2);
  servers[0].announce(1, 2);
  CAF_CHECK_EQUAL(ask().master.port, 2);
  CAF_CHECK_EQUAL(moves, moved_to_2);
}

CAF_TEST(whenever it begins to listen it asks) {
  add();
  CAF_REQUIRE(is_started());
  // So often that asking every five seconds would take too long.
  for (std::uint16_t port = 2; port < 10; ++port) {
    servers[0].move(port);
    servers[0].cut_listeners();
    CAF_CHECK(until([&] { return moves.size() == port - 1u; }));
  }
}

CAF_TEST(it asks from time to time) {
  add();
  CAF_REQUIRE(is_started());
  servers[0].move(2);
  CAF_CHECK(until([&] { return moves == moved_to_2; }));
}

CAF_TEST(a sentinel that knows nothing gives way) {
  add(mood::knows_nothing);
  add();
  start();
  CAF_CHECK_EQUAL(ask().master.port, 1);
  CAF_CHECK_EQUAL(servers[1].questions(), 1u);
}

CAF_TEST(a master that no sentinel knows is said to be unknown) {
  add(mood::knows_nothing);
  add(mood::knows_nothing);
  start();
  CAF_CHECK_EQUAL(ask().error, "the sentinels know no master called main");
  CAF_CHECK_EQUAL(servers[1].questions(), 1u);
  servers[0].how = mood::answers;
  CAF_CHECK(until([&] { return ask().master.port == 1; }));
}

CAF_TEST(a sentinel that is silent gives way) {
  config.ping_timeout = 100ms;
  add(mood::is_silent);
  add();
  start();
  CAF_CHECK_EQUAL(ask().master.port, 1);
}

CAF_TEST(a sentinel that is not there gives way) {
  add();
  add();
  servers[0].close();
  start();
  CAF_CHECK_EQUAL(ask().master.port, 1);
}

CAF_TEST(where nobody answers that is said in time) {
  config.resolve_timeout = 100ms;
  add();
  servers[0].close();
  start();
  CAF_CHECK_EQUAL(ask().error, "no sentinel names the master main: Connection refused");
  CAF_CHECK_EQUAL(ask().error, "no sentinel names the master main: Connection refused");
}

CAF_TEST(where a sentinel says nothing that is said in time) {
  config.resolve_timeout = 100ms;
  add(mood::is_silent);
  start();
  CAF_CHECK(until([&] { return servers[0].questions() == 1; }));
  CAF_CHECK_EQUAL(ask().error, "no sentinel names the master main: no answer in time");
}

CAF_TEST(sentinels do not hear the password of Redis) {
  add();
  config.link_prefix = "lane-0-";
  config.address.user = "ann";
  config.address.password = "of-redis";
  config.address.db = 3;
  redis_access access;
  access.password = "of-redis";
  access.sentinel_user = "sue";
  access.sentinel_password = "of-sentinels";
  auto given = std::make_shared<current_access>();
  given->replace(std::move(access));
  config.access = given;
  CAF_REQUIRE(is_started());
  auto& heard = servers[0].heard();
  CAF_CHECK(has(heard, "AUTH sue of-sentinels\nCLIENT SETNAME atrium.lane-0-sentinel\n"));
  CAF_CHECK(has(heard, "CLIENT SETNAME atrium.lane-0-sentinel-events\n"));
  CAF_CHECK(!has(heard, "of-redis") && !has(heard, "SELECT") && !has(heard, "ROLE"));
}

CAF_TEST(nothing is said after a stop) {
  add();
  start();
  auto me = std::make_shared<int>();
  watch->ask(me, [](auto) { CAF_FAIL("somebody is called after the stop"); });
  watch->stop();
  CAF_CHECK(until([&] { return io.run_one_for(10ms) == 0; }));
}

CAF_TEST(a master is found by its name) {
  add();
  servers[0].master = {"redis-1.example", 6379};
  start();
  std::vector<std::string> resolved;
  auto resolve = [&](const std::string& host, std::uint16_t port) {
    resolved.push_back(host);
    auto to = boost::asio::ip::make_address(host == "redis-1.example" ? "10.0.0.1" : "10.0.0.2");
    return name_lookup::outcome{{{to, port}}, {}};
  };
  master_locator subject{io, *watch, resolve};
  for (auto* name : {"redis-1.example", "redis-2.example", "10.0.0.3"}) {
    servers[0].master.name = name;
    std::optional<redis_locator::place> found;
    subject.find([&](auto x) { found = std::move(x); });
    CAF_REQUIRE(until([&] { return found.has_value(); }));
    CAF_CHECK_EQUAL(found->error, "");
    CAF_CHECK_EQUAL(found->host, name);
    auto digit = std::string_view{name}.substr(name[0] == 'r' ? 6 : 7, 1);
    CAF_CHECK_EQUAL(found->targets.size(), 1u);
    CAF_CHECK_EQUAL(found->targets.front(),
                    boost::asio::ip::tcp::endpoint(
                      boost::asio::ip::make_address("10.0.0." + std::string{digit}), 6379));
  }
  CAF_CHECK_EQUAL(resolved, std::vector<std::string>({"redis-1.example", "redis-2.example"}));
  CAF_CHECK_EQUAL(subject.what(), "the master main");
}

CAF_TEST(who has forgotten a question may ask again) {
  add(mood::knows_nothing);
  start();
  master_locator subject{io, *watch, resolve_name};
  subject.find([](auto) { CAF_FAIL("this question was forgotten"); });
  subject.forget();
  std::string error;
  subject.find([&](auto x) { error = x.error; });
  CAF_CHECK(until([&] { return !error.empty(); }));
  CAF_CHECK_EQUAL(error, "the sentinels know no master called main");
}

CAF_TEST_FIXTURE_SCOPE_END()
