#define CAF_SUITE limiter_queue_test

#include "atrium/broker/redis/limiter_queue.hpp"

#include "caf/test/unit_test.hpp"
#include "support/occurrences.hpp"
#include "support/redis_terms_stub.hpp"
#include "support/resp_nodes.hpp"

#include <array>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

constexpr std::size_t write_size = std::size_t{256} << 10;

// A queue, the words it has written, and what it has decided.
struct fixture {
  explicit fixture(surplus_policy by = surplus_policy::reject) : policy(by) {
    // nop
  }

  void up() {
    queue.on_up(now);
    queue.on_script("sha");
  }

  // How many commands that begin with `word` are written next.
  std::size_t written(std::string_view word) {
    std::string out;
    queue.compose(out, out.size() + write_size, now);
    return test::occurrences(out, word);
  }

  void enter(std::uint64_t connection, const std::string& user = "ann") {
    queue.enter(
      user, {connection},
      [this, connection](const lease_decision& x) {
        decided.push_back((x.admitted ? "yes " : "no ") + std::to_string(connection));
      },
      now);
  }

  void text(std::string_view word, resp_type type = resp_type::string, std::size_t which = 0) {
    std::array<resp_node, 1> reply{resp_node{type, 0, word}};
    CAF_CHECK_EQUAL(queue.on_reply_to(which, reply, now), "");
  }

  void fail(std::string_view error, std::size_t which = 0) {
    text(error, resp_type::error, which);
  }

  // Pairs of an id and when it came; never, where it has no place.
  void places(std::initializer_list<std::string_view> words) {
    std::vector<resp_node> reply{{resp_type::array, static_cast<long long>(words.size()), {}}};
    for (auto word : words)
      reply.push_back({resp_type::string, 0, word});
    CAF_CHECK_EQUAL(queue.on_reply_to(0, reply, now), "");
  }

  void later(std::chrono::milliseconds time) {
    now += time;
    queue.tick(now);
  }

  const surplus_policy policy;
  lines decided;
  lines evicted;
  limiter_queue::clock::time_point now{1'000h};
  limiter_queue queue{{"n1", 1, policy, [this](const std::string& x) { evicted.push_back(x); }},
                      {60s, 2s},
                      [](std::string_view user) { return std::string{user}; },
                      {}};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(limiter_queue_tests, fixture)

CAF_TEST(nobody is decided about before Redis has answered) {
  enter(1);
  up();
  CAF_CHECK_EQUAL(written("EVALSHA"), 1U);
  CAF_CHECK(decided.empty());
  places({"n1-1", "1000"});
  CAF_CHECK_EQUAL(decided, lines{"yes 1"});
  CAF_CHECK(queue.is_settled());
}

CAF_TEST(who has no place is refused and who loses one is told) {
  up();
  enter(1);
  written("EVALSHA");
  places({"n1-1", "", "n2-9", ""});
  CAF_CHECK_EQUAL(decided, lines{"no 1"});
  CAF_CHECK_EQUAL(evicted, lines{"n2-9"});
}

CAF_TEST(silence is answered by the node itself) {
  up();
  enter(1);
  enter(2);
  CAF_CHECK_EQUAL(written("EVALSHA"), 2U);
  later(1'999ms);
  CAF_CHECK(decided.empty());
  later(1ms);
  CAF_CHECK_EQUAL(decided, (lines{"yes 1", "no 2"}));
  CAF_CHECK_EQUAL(queue.stats().alone, 2U);
}

CAF_TEST(a late answer that says otherwise is obeyed) {
  up();
  enter(1);
  written("EVALSHA");
  later(2s);
  CAF_CHECK_EQUAL(decided, lines{"yes 1"});
  places({"n1-1", ""});
  CAF_CHECK_EQUAL(decided, lines{"yes 1"});
  CAF_CHECK_EQUAL(evicted, lines{"n1-1"});
}

CAF_TEST(a lost link decides arrivals and repeats departures) {
  up();
  enter(1);
  written("EVALSHA");
  places({"n1-1", "1000"});
  queue.leave("ann", 1);
  enter(2, "bob");
  CAF_CHECK_EQUAL(written("HDEL"), 1U);
  queue.on_lost();
  CAF_CHECK_EQUAL(decided, (lines{"yes 1", "yes 2"}));
  up();
  CAF_CHECK_EQUAL(written("HDEL"), 1U);
  text("", resp_type::integer);
  later(0ms);
  CAF_CHECK_EQUAL(written("n1-2"), 1U);
}

CAF_TEST(only who comes tells which runs are dead) {
  limiter_queue aware{{"n1", 1, policy, nullptr},
                      {60s, 2s},
                      [](std::string_view user) { return std::string{user}; },
                      {},
                      [] {
                        return std::make_shared<const lines>(lines{"n2", "n3"});
                      }};
  aware.on_up(now);
  aware.on_script("sha");
  aware.enter(
    "ann", {1, true, {"n4-1"}}, [](const lease_decision&) {}, now);
  std::string out;
  aware.compose(out, write_size, now);
  CAF_CHECK(out.find("$1\r\n3\r\n$4\r\nn4-1\r\n$2\r\nn2\r\n$2\r\nn3\r\n$4\r\nn1-1\r\n")
            != out.npos);
  test::array_reply place{"n1-1", "1000"};
  CAF_CHECK_EQUAL(aware.on_reply_to(0, place, now), "");
  aware.tick(now);
  out.clear();
  aware.compose(out, write_size, now);
  CAF_CHECK(out.find("n1-1") != out.npos);
  CAF_CHECK(out.find("n2") == out.npos);
}

CAF_TEST(all places are renewed within a third of the lease) {
  up();
  for (std::uint64_t i = 1; i <= 200; ++i) {
    enter(i, "user" + std::to_string(i));
    written("EVALSHA");
    places({"n1-" + std::to_string(i), "1000"});
  }
  std::size_t renewed = 0;
  std::size_t most = 0;
  for (auto time = 0ms; time < 20s; time += limiter_queue::tick_time) {
    later(limiter_queue::tick_time);
    auto n = written("EVALSHA");
    for (std::size_t i = 0; i < n; ++i)
      places({});
    renewed += n;
    most = std::max(most, n);
  }
  CAF_CHECK_EQUAL(renewed, 200U);
  CAF_CHECK(most <= 6U);
}

CAF_TEST(an error of Redis is no answer) {
  up();
  enter(1);
  written("EVALSHA");
  text("READONLY no", resp_type::error);
  CAF_CHECK_EQUAL(decided, lines{"yes 1"});
}

CAF_TEST(an answer to nothing ends the link) {
  std::array<resp_node, 1> reply{resp_node{resp_type::status, 0, "OK"}};
  CAF_CHECK(!queue.on_reply_to(0, reply, now).empty());
}

CAF_TEST(what a Redis without the script was asked is asked again in the same order) {
  up();
  enter(1);
  enter(2, "bob");
  enter(3, "eve");
  CAF_CHECK_EQUAL(written("EVALSHA"), 3U);
  queue.leave("bob", 2);
  for (int i = 0; i < 3; ++i)
    text("NOSCRIPT gone", resp_type::error);
  CAF_CHECK_EQUAL(decided, lines{"no 2"}); // has left, and needs no place
  std::string out;
  queue.compose(out, write_size, now);
  CAF_CHECK(out.find("n1-1") < out.find("n1-3"));
  CAF_CHECK(out.find("n1-3") < out.find("HDEL"));
  places({"n1-1", "1000"});
  places({"n1-3", "1000"});
  CAF_CHECK_EQUAL(decided, (lines{"no 2", "yes 1", "yes 3"}));
}

CAF_TEST(above its bound a queue decides alone and passes no departures on) {
  for (std::uint64_t i = 1; decided.empty(); ++i)
    enter(i, std::string(100'000, 'u') + std::to_string(i));
  CAF_CHECK_EQUAL(decided.front().substr(0, 4), "yes ");
  CAF_CHECK_EQUAL(queue.stats().alone, 1U);
  queue.leave(std::string(100'000, 'u') + "1", 1);
  CAF_CHECK_EQUAL(queue.stats().discarded, 1U);
}

CAF_TEST(a Redis that does not take the script decides nothing) {
  queue.on_up(now);
  enter(1);
  queue.on_script_refused("NOPERM no");
  CAF_CHECK_EQUAL(decided, lines{"yes 1"});
  enter(2);
  CAF_CHECK_EQUAL(decided, (lines{"yes 1", "no 2"}));
  queue.on_script("sha"); // an operator has helped
  enter(3, "bob");
  CAF_CHECK_EQUAL(written("n1-3"), 1U);
}

CAF_TEST(what Redis has said first is told again and what it has not heard is as old as it is) {
  up();
  enter(1);
  written("EVALSHA");
  places({"n1-1", "1000"});
  enter(2, "bob");
  written("EVALSHA");
  queue.on_lost(); // the answer about the second one is lost
  CAF_CHECK_EQUAL(decided, (lines{"yes 1", "yes 2"}));
  now += 90s;
  up();
  std::string out;
  for (int i = 0; i < 2; ++i) { // a user a tick
    later(0ms);
    queue.compose(out, out.size() + write_size, now);
  }
  CAF_CHECK(out.find("n1-1\r\n$4\r\n1000\r\n") != out.npos);
  CAF_CHECK(out.find("n1-2\r\n$6\r\n-90000\r\n") != out.npos);
}

CAF_TEST(answers of many servers come in any order) {
  up();
  enter(1);
  enter(2, "bob");
  enter(3, "eve");
  written("EVALSHA");
  fail(test::unreachable_answer, 2);
  fail(test::lost_answer, 0);
  places({"n1-2", "1000"});
  CAF_CHECK_EQUAL(decided, (lines{"yes 3", "yes 1", "yes 2"}));
  CAF_CHECK_EQUAL(queue.stats().alone, 2U);
  CAF_CHECK(queue.is_settled());
}

CAF_TEST(a departure that was lost is told again and to a server that is away it is not ) {
  up();
  enter(1);
  written("EVALSHA");
  places({"n1-1", "1000"});
  queue.leave("ann", 1);
  written("HDEL");
  fail(test::lost_answer);
  CAF_CHECK_EQUAL(written("HDEL"), 1U);
  fail(test::unreachable_answer);
  CAF_CHECK_EQUAL(written("HDEL"), 0U);
  CAF_CHECK_EQUAL(queue.stats().discarded, 1U);
}

CAF_TEST(a server that comes and goes keeps no round from its end) {
  up();
  for (std::uint64_t i = 1; i <= 40; ++i) {
    enter(i, "user" + std::to_string(i));
    written("EVALSHA");
    places({"n1-" + std::to_string(i), "1000"});
  }
  std::string renewed;
  for (auto time = 0ms; time < 40s; time += limiter_queue::tick_time) {
    queue.on_up(now); // of many
    later(limiter_queue::tick_time);
    queue.compose(renewed, renewed.size() + write_size, now);
    for (bool first = true; queue.unanswered() > 0; first = false)
      first&& time < 1s ? fail(test::lost_answer) : places({});
  }
  for (std::uint64_t i = 1; i <= 40; ++i)
    CAF_CHECK(renewed.find("user" + std::to_string(i) + "\r\n") != renewed.npos);
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST(without Redis the oldest goes each time and never two for one) {
  fixture node{surplus_policy::kick_oldest};
  node.up();
  node.queue.on_lost();
  for (std::uint64_t i = 1; i <= 31; ++i) {
    node.enter(i);
    CAF_CHECK_EQUAL(node.decided.back(), "yes " + std::to_string(i));
    CAF_CHECK_EQUAL(node.evicted.size(), i - 1);
  }
  for (std::uint64_t i = 1; i <= 30; ++i)
    CAF_CHECK_EQUAL(node.evicted[i - 1], "n1-" + std::to_string(i));
  CAF_CHECK_EQUAL(node.queue.stats().users, 1U);
}

CAF_TEST(silence of Redis costs the oldest who waits its place) {
  fixture node{surplus_policy::kick_oldest};
  node.up();
  node.enter(1);
  node.enter(2);
  node.written("EVALSHA");
  node.later(2s);
  CAF_CHECK_EQUAL(node.decided, (lines{"no 1", "yes 2"}));
  CAF_CHECK(node.evicted.empty());
}
