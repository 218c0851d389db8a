#define CAF_SUITE lease_queue_test

#include "atrium/broker/redis/lease_queue.hpp"
#include "atrium/broker/redis/lease_user.hpp"

#include "caf/test/unit_test.hpp"
#include "support/redis_terms_stub.hpp"
#include "support/resp_nodes.hpp"

#include <algorithm>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

// A queue, and what the user of the lease has heard.
struct fixture : lease_user {
  fixture() {
    queue.add(*this);
  }

  void on_lease(const std::string& id) override {
    heard.push_back(id);
    CAF_CHECK(queue.is_certain(now));
  }

  void on_doubt() override {
    heard.emplace_back("?");
    CAF_CHECK(!queue.is_certain(now));
  }

  void up(std::string_view incarnation = "run1") {
    terms.run = incarnation;
    queue.on_up(now);
    queue.on_script("sha");
  }

  // The arguments of the call that is written now, behind the keys.
  lines call() {
    std::string out;
    queue.compose(out, 0, now);
    lines result;
    resp_reader reader;
    reader.feed(out, [&](resp_reply x) {
      CAF_CHECK_EQUAL(x[1].text, "EVALSHA");
      auto keys = std::stoul(std::string{x[3].text});
      for (auto& arg : x.subspan(4 + keys))
        result.emplace_back(arg.text);
      return true;
    });
    return result;
  }

  // The id that the next call says it has, and that which it would take.
  std::string held_in_call() {
    return call().at(0);
  }

  std::string fresh_in_call() {
    return call().at(1);
  }

  std::string last_in_call() {
    return call().back();
  }

  // Redis answers: the id, claims and dead runs, and when the next lease ends.
  void answer(const std::string& id, long long claims = 0, lines rest = {},
              long long next_end = 15'000) {
    std::vector<resp_node> nodes{{resp_type::array, 3 + static_cast<long long>(rest.size()), {}},
                                 {resp_type::string, 0, id},
                                 {resp_type::integer, claims, {}},
                                 {resp_type::integer, next_end, {}}};
    for (auto& x : rest)
      nodes.push_back({resp_type::string, 0, x});
    CAF_CHECK_EQUAL(queue.on_reply(nodes, now), "");
  }

  void refuse(std::string_view error) {
    error_reply reply{error};
    CAF_CHECK_EQUAL(queue.on_reply(reply, now), "");
  }

  void later(std::chrono::milliseconds time) {
    now += time;
    queue.tick(now);
  }

  // It has a lease.
  void hold() {
    up();
    call();
    answer("a.1");
  }

  lease_queue::clock::time_point now{1'000h};
  lines heard;
  redis_terms_stub terms;
  lease_queue queue{terms, channel_names{"dev:atrium"}, "a", {15s, 5s, 60s}};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(lease_queue_tests, fixture)

CAF_TEST(the first call takes the first lease) {
  CAF_CHECK(call().empty());
  up();
  CAF_CHECK_EQUAL(call(), (lines{"", "a.1", "15000", "60000", "8", ""}));
  CAF_CHECK(call().empty());
  CAF_CHECK(heard.empty());
  answer("a.1");
  CAF_CHECK_EQUAL(heard, lines{"a.1"});
  CAF_CHECK(queue.stats().held);
}

CAF_TEST(the lease is renewed every third of its time) {
  hold();
  CAF_CHECK(queue.due() == now + 5s);
  later(4'999ms);
  CAF_CHECK(call().empty());
  later(1ms);
  CAF_CHECK_EQUAL(call(), (lines{"a.1", "a.2", "15000", "60000", "8", ""}));
  later(1s);
  answer("a.1");
  CAF_CHECK_EQUAL(heard, lines{"a.1"});
  // From when it was asked for: later than that it may be over.
  CAF_CHECK(queue.is_certain(now + 13'999ms));
  CAF_CHECK(!queue.is_certain(now + 14s));
}

CAF_TEST(without an answer in time there is doubt) {
  hold();
  later(5s);
  call();
  later(9'999ms);
  CAF_CHECK_EQUAL(heard, lines{"a.1"});
  CAF_CHECK(queue.due() == now + 1ms);
  later(1ms);
  CAF_CHECK_EQUAL(heard, (lines{"a.1", "?"}));
  later(1h);
  answer("a.1"); // which is of an hour ago
  CAF_CHECK_EQUAL(heard, (lines{"a.1", "?"}));
  call();
  answer("a.1");
  CAF_CHECK_EQUAL(heard, (lines{"a.1", "?", "a.1"}));
}

CAF_TEST(a process that was stopped doubts before it says anything) {
  hold();
  now += 20s; // no tick
  CAF_CHECK(!queue.is_certain(now));
  call();
  CAF_CHECK_EQUAL(heard, (lines{"a.1", "?"}));
}

CAF_TEST(who was taken for dead goes on under another id) {
  hold();
  later(5s);
  call();
  answer("a.2");
  CAF_CHECK_EQUAL(heard, (lines{"a.1", "?", "a.2"}));
  CAF_CHECK_EQUAL(queue.stats().lost, 1U);
  later(5s);
  CAF_CHECK_EQUAL(fresh_in_call(), "a.3");
}

CAF_TEST(a new id that comes too late is told when it is confirmed) {
  hold();
  later(5s);
  call();
  later(20s);
  answer("a.2");
  CAF_CHECK_EQUAL(heard, (lines{"a.1", "?"}));
  CAF_CHECK_EQUAL(held_in_call(), "a.2");
  answer("a.2");
  CAF_CHECK_EQUAL(heard, (lines{"a.1", "?", "a.2"}));
}

CAF_TEST(a lost link is doubt until the lease is confirmed) {
  hold();
  later(5s);
  call();
  queue.on_lost();
  CAF_CHECK_EQUAL(heard, (lines{"a.1", "?"}));
  CAF_CHECK_EQUAL(queue.unanswered(), 0U);
  up();
  CAF_CHECK_EQUAL(held_in_call(), "a.1");
  answer("a.1");
  CAF_CHECK_EQUAL(heard, (lines{"a.1", "?", "a.1"}));
  CAF_CHECK_EQUAL(queue.stats().lost, 0U);
}

CAF_TEST(another incarnation of the server means another id) {
  hold();
  queue.on_lost();
  up("run2");
  CAF_CHECK_EQUAL(call(), (lines{"", "a.2", "15000", "60000", "8", ""}));
  queue.on_lost(); // and asked once more
  up("run2");
  CAF_CHECK_EQUAL(held_in_call(), "");
  answer("a.2");
  CAF_CHECK_EQUAL(heard, (lines{"a.1", "?", "a.2"}));
  CAF_CHECK_EQUAL(queue.stats().lost, 0U);
}

CAF_TEST(a server that refuses is asked again) {
  hold();
  later(5s);
  call();
  refuse("OOM command not allowed");
  CAF_CHECK(call().empty());
  CAF_CHECK_EQUAL(queue.stats().refused, 1U);
  later(1s);
  CAF_CHECK_EQUAL(call().size(), 6U);
  refuse("NOSCRIPT No matching script");
  CAF_CHECK_EQUAL(call().size(), 6U);
  CAF_CHECK_EQUAL(queue.stats().refused, 1U);
  answer("a.1");
  CAF_CHECK_EQUAL(heard, lines{"a.1"});
}

CAF_TEST(claims are told until they are emptied) {
  up();
  call();
  answer("a.1", 2, {"d.1", "e.1", "d", "e"});
  CAF_CHECK_EQUAL(queue.claimed(), (lines{"d.1", "e.1"}));
  CAF_CHECK_EQUAL(*queue.dead_runs(), (lines{"d", "e"}));
  CAF_CHECK(queue.claimed_until() == now + 15s);
  queue.on_emptied("d.1", now);
  CAF_CHECK_EQUAL(queue.claimed(), lines{"e.1"});
  CAF_CHECK_EQUAL(last_in_call(), "d.1");
  queue.on_emptied("e.1", now); // while the call is under way
  answer("a.1", 2, {"e.1", "f.1"});
  CAF_CHECK_EQUAL(queue.claimed(), lines{"f.1"});
  CAF_CHECK_EQUAL(last_in_call(), "e.1");
  refuse("OOM command not allowed");
  later(1s);
  CAF_CHECK_EQUAL(last_in_call(), "e.1");
  answer("a.1", 1, {"f.1"});
  CAF_CHECK_EQUAL(queue.stats().claimed, 3U);
  queue.on_lost();
  CAF_CHECK(queue.claimed().empty());
}

CAF_TEST(a lease of another node is looked at when it ends) {
  up();
  call();
  answer("a.1", 0, {}, 1200);
  CAF_CHECK(queue.due() == now + 1201ms);
  later(1201ms);
  CAF_CHECK(!call().empty());
  answer("a.1");
  CAF_CHECK(queue.due() == now + 5s); // a third of its own
}

CAF_TEST(the last call shortens the lease) {
  hold();
  queue.leave(now);
  CAF_CHECK(!queue.is_settled());
  CAF_CHECK_EQUAL(call(), (lines{"a.1", "a.2", "5000", "60000", "8", "1"}));
  CAF_CHECK(!queue.is_settled());
  answer("a.1");
  CAF_CHECK(queue.is_settled());
  CAF_CHECK(!queue.stats().held);
  later(1h);
  CAF_CHECK(call().empty());
}

CAF_TEST(a refused last call is said again) {
  hold();
  queue.leave(now);
  call();
  refuse("NOSCRIPT No matching script");
  CAF_CHECK(!queue.is_settled());
  CAF_CHECK_EQUAL(last_in_call(), "1");
}

CAF_TEST(a user that comes later hears of the lease and then no more) {
  hold();
  heard.clear();
  queue.remove(*this);
  queue.add(*this);
  CAF_CHECK_EQUAL(heard, lines{"a.1"});
  queue.remove(*this);
  queue.on_lost();
  CAF_CHECK_EQUAL(heard, lines{"a.1"});
}

CAF_TEST(other answers end the link) {
  hold();
  later(5s);
  CAF_CHECK_NOT_EQUAL(queue.on_reply(array_reply{{"a.1"}}, now), "");
  for (long long claims : {2, -1}) {
    call();
    array_reply reply{"a.1", claims, 1LL, "d.1"};
    CAF_CHECK_NOT_EQUAL(queue.on_reply(reply, now), "");
    queue.on_lost();
    up();
  }
}

CAF_TEST(a call that one server of many has lost leaves the lease in doubt) {
  up();
  call();
  answer("a.1", 1, {"d.1", "d"});
  queue.on_emptied("d.1", now);
  CAF_CHECK_EQUAL(last_in_call(), "d.1");
  refuse(lost_answer);
  CAF_CHECK(queue.claimed().empty());
  CAF_CHECK_EQUAL(call(), (lines{"a.1", "a.2", "15000", "60000", "8", ""})); // at once
  answer("a.1");
  CAF_CHECK_EQUAL(heard, (lines{"a.1", "?", "a.1"}));
}

CAF_TEST(while its server is away the lease lasts as long as it does) {
  hold();
  for (auto wait : {5'000ms, 1'000ms}) {
    later(wait);
    CAF_CHECK_EQUAL(held_in_call(), "a.1");
    refuse(unreachable_answer);
    CAF_CHECK(call().empty());
  }
  later(9s);
  CAF_CHECK_EQUAL(heard, (lines{"a.1", "?"}));
  queue.leave(now);
  CAF_CHECK_EQUAL(last_in_call(), "1");
  refuse(unreachable_answer);
  CAF_CHECK(queue.is_settled()); // who cannot be told need not wait
  CAF_CHECK_EQUAL(queue.stats().refused, 0U);
}

CAF_TEST(another server that comes up changes the lease only if it has it) {
  hold();
  queue.on_up(now);
  CAF_CHECK_EQUAL(held_in_call(), "a.1");
  terms.runs = {{"{dev:atrium:nodes}", "run2"}}; // while the call is under way
  queue.on_up(now);
  CAF_CHECK(call().empty());
  answer("a.1");
  CAF_CHECK_EQUAL(held_in_call(), "");
  answer("a.2");
  CAF_CHECK_EQUAL(heard, (lines{"a.1", "?", "a.2"}));
}

CAF_TEST_FIXTURE_SCOPE_END()
