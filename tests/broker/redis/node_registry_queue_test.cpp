#define CAF_SUITE node_registry_queue_test

#include "atrium/broker/redis/node_registry_queue.hpp"

#include "caf/test/unit_test.hpp"
#include "support/occurrences.hpp"
#include "support/redis_terms_stub.hpp"

#include <array>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

// One node as the others see it: its run, and when it was heard of last.
struct seen {
  std::string run;
  int ms = 0;
};

// A queue, the words it has written, and the listings it has told.
struct fixture {
  // The link is up, Redis knows the script.
  void up() {
    queue.on_up(now);
    queue.on_script("sha");
  }

  void down() {
    queue.on_lost();
  }

  // How often `word` is written next.
  std::size_t written(std::string_view word) {
    last.clear();
    queue.compose(last, 0, now);
    return test::occurrences(last, word);
  }

  void text(std::string_view word, resp_type type = resp_type::string) {
    std::array<resp_node, 1> reply{resp_node{type, 0, word}};
    CAF_CHECK_EQUAL(queue.on_reply(reply, now), "");
  }

  void array(const lines& items) {
    std::vector<resp_node> reply{{resp_type::array, static_cast<long long>(items.size()), {}}};
    for (auto& x : items)
      reply.push_back({resp_type::string, 0, x});
    CAF_CHECK_EQUAL(queue.on_reply(reply, now), "");
  }

  // Redis answers a reading at second 1000 of its clock.
  void answer_reading(const std::vector<seen>& rows) {
    lines heartbeats;
    lines reports;
    for (auto& x : rows) {
      heartbeats.insert(heartbeats.end(), {x.run, std::to_string(x.ms)});
      reports.insert(reports.end(), {x.run, R"({"node":"of )" + x.run + R"("})"});
    }
    array(heartbeats);
    array({"1000", "500000"});
    array(reports);
  }

  void ask(std::chrono::milliseconds patience = 2s) {
    queue.list([this](node_listing x) { told.push_back(std::move(x)); }, now + patience, now);
  }

  void later(std::chrono::milliseconds time) {
    now += time;
    queue.tick(now);
  }

  // Runs of the listing that was told last; `!` stands for a silent one.
  lines runs() const {
    lines result;
    for (auto& x : told.back().nodes)
      result.push_back(x.report.run + (x.silent ? "!" : ""));
    return result;
  }

  std::string last; // what was written
  std::vector<node_listing> told;
  node_registry_queue::clock::time_point now{1'000h};
  node_registry_queue queue{{"heartbeats", "reports"},
                            {5s, 15s, 600s, 1'000},
                            [] { return node_info{"of me", "me", "1", 0, 0, 0, 0, 0, "", ""}; },
                            {}};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(node_registry_queue_tests, fixture)

CAF_TEST(a node that has started sends a heartbeat every interval) {
  up();
  CAF_CHECK_EQUAL(written("EVALSHA"), 0U);
  queue.start(now);
  CAF_CHECK(queue.due() == now);
  later(0s);
  CAF_CHECK_EQUAL(written("EVALSHA"), 1U);
  text("0", resp_type::integer);
  answer_reading({{"me", 1'000'000}});
  later(4'999ms);
  CAF_CHECK_EQUAL(written("EVALSHA"), 0U);
  later(1ms);
  CAF_CHECK_EQUAL(written("EVALSHA"), 1U);
  CAF_CHECK_EQUAL(queue.stats().heartbeats, 1U);
}

CAF_TEST(heartbeats without an answer do not pile up) {
  up();
  queue.start(now);
  for (int i = 0; i < 5; ++i) {
    later(5s);
    CAF_CHECK_EQUAL(written("EVALSHA"), i == 0 ? 1U : 0U);
    CAF_CHECK_EQUAL(written("TIME"), 0U);
  }
}

CAF_TEST(a new link announces the node at once) {
  queue.start(now);
  up();
  CAF_CHECK_EQUAL(written("EVALSHA"), 1U);
  down();
  later(1s);
  up();
  CAF_CHECK_EQUAL(written("EVALSHA"), 1U);
}

CAF_TEST(a listing has who is there and who is silent by the clock of Redis) {
  up();
  ask();
  CAF_CHECK_EQUAL(written("HGETALL"), 1U);
  answer_reading({{"me", 999'999}, {"b", 985'500}, {"a", 985'499}});
  CAF_REQUIRE_EQUAL(told.size(), 1U);
  CAF_CHECK_EQUAL(runs(), (lines{"a!", "b", "me"}));
  CAF_CHECK_EQUAL(told[0].error, "");
  CAF_CHECK_EQUAL(told[0].nodes[0].report.node, "of a");
  CAF_CHECK_EQUAL(told[0].nodes[1].seen_s, 15.);
  CAF_CHECK(told[0].nodes[2].self);
}

CAF_TEST(this node is listed and not silent whatever Redis says) {
  up();
  ask();
  written("HGETALL");
  answer_reading({{"me", 1}});
  CAF_CHECK_EQUAL(runs(), lines{"me"});
  ask();
  written("HGETALL");
  answer_reading({});
  CAF_CHECK_EQUAL(runs(), lines{"me"});
  CAF_CHECK_EQUAL(told.back().error, "");
}

CAF_TEST(who asks during a reading waits for the next one) {
  up();
  ask();
  CAF_CHECK_EQUAL(written("HGETALL"), 1U);
  ask();
  ask();
  CAF_CHECK_EQUAL(written("HGETALL"), 0U);
  answer_reading({});
  CAF_CHECK_EQUAL(told.size(), 1U);
  CAF_CHECK_EQUAL(written("HGETALL"), 1U);
  answer_reading({{"new", 1'000'000}});
  CAF_CHECK_EQUAL(told.size(), 3U);
  CAF_CHECK_EQUAL(runs(), (lines{"me", "new"}));
}

CAF_TEST(a Redis that is silent leaves what is known) {
  up();
  ask();
  written("HGETALL");
  answer_reading({{"a", 1'000'000}});
  ask();
  written("HGETALL");
  later(1'999ms);
  CAF_CHECK_EQUAL(told.size(), 1U);
  CAF_CHECK(queue.due() == now + 1ms);
  later(1ms);
  CAF_REQUIRE_EQUAL(told.size(), 2U);
  CAF_CHECK_EQUAL(runs(), (lines{"a", "me"}));
  CAF_CHECK_EQUAL(told[1].nodes[0].seen_s, 2.5);
  CAF_CHECK_EQUAL(told[1].error, "Redis does not answer in time");
  CAF_CHECK_EQUAL(queue.stats().unanswered, 1U);
  answer_reading({});
  CAF_CHECK_EQUAL(told.size(), 2U);
}

CAF_TEST(a lost link asks again and then says why it cannot) {
  up();
  ask();
  written("HGETALL");
  down();
  up();
  CAF_CHECK_EQUAL(written("HGETALL"), 1U);
  answer_reading({{"a", 1'000'000}});
  CAF_CHECK_EQUAL(told.size(), 1U);
  down();
  ask();
  later(2s);
  CAF_CHECK_EQUAL(runs(), (lines{"a", "me"}));
  CAF_CHECK_EQUAL(told.back().error, "the link to Redis is down");
}

CAF_TEST(what Redis refuses is in the error) {
  queue.start(now);
  up();
  written("EVALSHA");
  text("NOPERM no", resp_type::error);
  answer_reading({});
  ask();
  written("HGETALL");
  answer_reading({});
  CAF_CHECK_EQUAL(told.back().error, "this node is not announced: NOPERM no");
  ask();
  written("HGETALL");
  text("NOPERM zrange", resp_type::error);
  array({"1000", "0"});
  array({});
  CAF_CHECK_EQUAL(told.back().error, "NOPERM zrange");
  CAF_CHECK_EQUAL(runs(), lines{"me"});
  CAF_CHECK_EQUAL(queue.stats().refused, 1U);
  CAF_CHECK(!queue.stats().connected);
}

CAF_TEST(a script that was refused keeps the node from being announced) {
  queue.start(now);
  queue.on_up(now);
  queue.on_script_refused("NOPERM no");
  CAF_CHECK_EQUAL(written("EVALSHA"), 0U);
  answer_reading({});
  CAF_CHECK_EQUAL(queue.stats().refused, 1U);
  CAF_CHECK(!queue.stats().connected);
  queue.on_script("sha"); // an operator has helped
  CAF_CHECK_EQUAL(written("EVALSHA"), 1U);
  text("0", resp_type::integer);
  CAF_CHECK(queue.stats().connected);
}

CAF_TEST(a heartbeat without effect is repeated) {
  queue.start(now);
  up();
  written("EVALSHA");
  text("NOSCRIPT no", resp_type::error);
  CAF_CHECK_EQUAL(written("EVALSHA"), 1U);
  CAF_CHECK_EQUAL(queue.stats().refused, 0U);
}

CAF_TEST(a goodbye is settled when Redis has taken it) {
  queue.start(now);
  up();
  written("EVALSHA");
  text("0", resp_type::integer);
  answer_reading({});
  queue.leave();
  CAF_CHECK(!queue.is_settled());
  CAF_CHECK_EQUAL(written("ZREM"), 1U);
  CAF_CHECK_NOT_EQUAL(last.find("HDEL"), last.npos);
  text("1", resp_type::integer);
  CAF_CHECK(!queue.is_settled());
  text("1", resp_type::integer);
  CAF_CHECK(queue.is_settled());
  later(1h);
  CAF_CHECK_EQUAL(written("EVALSHA"), 0U);
}

CAF_TEST(a node that was never announced leaves without a word) {
  up();
  queue.leave();
  CAF_CHECK(queue.is_settled());
  CAF_CHECK_EQUAL(written("ZREM"), 0U);
}

CAF_TEST(too many who ask get what is known) {
  for (std::size_t i = 0; i <= node_registry_queue::max_waiting; ++i)
    ask();
  CAF_REQUIRE_EQUAL(told.size(), 1U);
  CAF_CHECK_EQUAL(told[0].error, "too many ask at once");
  queue.answer_all(now);
  CAF_CHECK_EQUAL(told.size(), node_registry_queue::max_waiting + 1);
}

CAF_TEST(rows that nobody can read are listed by their run) {
  up();
  ask();
  written("HGETALL");
  array({"a", "1000000", "b", "1000000", "c", "not a number", "d", "1000000"});
  array({"1000", "0"});
  array({"a", "[]", "b", std::string(5'000, ' '), "c", "{}", "e", "{}"});
  CAF_CHECK_EQUAL(runs(), (lines{"a", "b", "c!", "me"}));
}

CAF_TEST(what one server of many has lost is said and asked again) {
  queue.start(now);
  up();
  ask();
  CAF_CHECK_EQUAL(written("EVALSHA"), 1U);
  for (int i = 0; i < 4; ++i)
    text(test::lost_answer, resp_type::error);
  CAF_CHECK(told.empty());
  queue.on_up(now); // it is back
  CAF_CHECK_EQUAL(written("EVALSHA"), 1U);
  text("0", resp_type::integer);
  answer_reading({{"a", 1'000'000}});
  CAF_CHECK_EQUAL(told.size(), 1U);
  CAF_CHECK_EQUAL(told[0].error, "");
  CAF_CHECK_EQUAL(queue.stats().refused, 0U);
}

CAF_TEST(while the server is away the listing is the last known one) {
  up();
  ask();
  written("HGETALL");
  for (int i = 0; i < 3; ++i)
    text(test::unreachable_answer, resp_type::error);
  CAF_CHECK_EQUAL(told.at(0).error, test::unreachable_answer);
  CAF_CHECK_EQUAL(written("HGETALL"), 0U);
}

CAF_TEST_FIXTURE_SCOPE_END()
