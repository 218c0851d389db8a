#define CAF_SUITE append_queue_test

#include "atrium/broker/redis/append_queue.hpp"

#include "caf/test/unit_test.hpp"
#include "support/redis_terms_stub.hpp"
#include "support/resp_nodes.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t write_size = std::size_t{256} << 10;

using clock_type = append_queue::clock;
using lines = std::vector<std::string>;

constexpr auto none = errc::none;
constexpr auto lost = errc::bus_unavailable;
constexpr auto late = errc::timeout;

struct receipt {
  std::string name;
  errc code = none;
  std::uint64_t offset = 0;

  bool operator==(const receipt&) const = default;
};

struct fixture {
  fixture() {
    queue.on_up();
    queue.on_script("sha");
  }

  void publish(const std::string& channel, const std::string& name,
               clock_type::duration deadline = 5s, bool is_chosen = false) {
    if (!accounting.admit(name.size()))
      return;
    publish_job job{channel, std::make_shared<const std::string>(name),
                    [this, name](const publish_receipt& x) {
                      receipts.push_back({name, x.error, x.at ? x.at->offset : 0});
                    },
                    start + deadline};
    queue.push({std::move(job), {100, 60s}, name, is_chosen});
  }

  // What a write has: for each call its channel, and its messages as kind and id.
  lines compose() {
    std::string out;
    queue.compose(out, write_size);
    lines result;
    resp_reader reader;
    reader.feed(out, [&](resp_reply x) {
      auto keys = static_cast<std::size_t>(std::stoul(std::string{x[3].text}));
      std::string call{x[4].text.substr(0, x[4].text.find(':'))};
      for (auto i = 4 + keys + 7; i + 2 < x.size(); i += 3)
        call.append(" ").append(x[i].text).append("-").append(x[i + 1].text);
      result.push_back(call);
      return true;
    });
    return result;
  }

  bool reply(const array_reply& x, std::size_t which = 0) {
    return queue.on_reply_to(which, x);
  }

  bool refuse(std::string_view error, std::size_t which = 0) {
    return queue.on_reply_to(which, error_reply{error});
  }

  // The incarnation and the command that publishes in the call that is written.
  lines terms_in_call() {
    std::string out;
    queue.compose(out, write_size);
    lines result;
    resp_reader reader;
    reader.feed(out, [&](resp_reply x) {
      auto keys = static_cast<std::size_t>(std::stoul(std::string{x[3].text}));
      for (auto& arg : x.subspan(4 + keys + 5, 2))
        result.emplace_back(arg.text);
      return true;
    });
    return result;
  }

  clock_type::time_point start = clock_type::now() + 1h;
  publish_accounting accounting{1'000, 1 << 20};
  history_counters counters;
  redis_terms_stub terms;
  append_queue queue{terms, accounting, counters};
  std::vector<receipt> receipts;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(append_queue_tests, fixture)

CAF_TEST(what waits for a channel goes into one call) {
  publish("a", "a1");
  publish("b", "b1");
  publish("a", "a2", 5s, true);
  CAF_CHECK(compose() == (lines{"a n-a1 c-a2", "b n-b1"}));
  CAF_CHECK_EQUAL(queue.in_flight(), 2u);
  CAF_CHECK(compose().empty());
  CAF_CHECK(reply({"e", 7, 0, 3, 1}));
  CAF_CHECK(reply({"e", 1, 0}));
  CAF_CHECK(receipts == (std::vector<receipt>{{"a1", none, 7}, {"a2", none, 3}, {"b1", none, 1}}));
  CAF_CHECK_EQUAL(counters.stored.load(), 2u);
  CAF_CHECK_EQUAL(counters.duplicates.load(), 1u);
  CAF_CHECK_EQUAL(accounting.carried(), 3u);
  CAF_CHECK_EQUAL(accounting.pending(), 0u);
}

CAF_TEST(a channel has one call in flight) {
  publish("a", "a1");
  compose();
  publish("a", "a2");
  publish("a", "a3");
  publish("b", "b1");
  CAF_CHECK(compose() == (lines{"b n-b1"}));
  reply({"e", 1, 0});
  CAF_CHECK(compose() == (lines{"a n-a2 n-a3"}));
}

CAF_TEST(a call has a bound in messages and in bytes) {
  for (int i = 0; i < 70; ++i)
    publish("a", std::to_string(i));
  auto call = compose().at(0);
  CAF_CHECK_EQUAL(std::ranges::count(call, ' '), 64);
  queue.fail_all();
  for (int i = 0; i < 5; ++i)
    publish("b", std::string(30'000, 'x'));
  CAF_CHECK_EQUAL(std::ranges::count(compose().at(0), ' '), 2);
  publish("c", std::string(100'000, 'x'));
  CAF_CHECK_EQUAL(std::ranges::count(compose().at(0), ' '), 1);
}

CAF_TEST(a refusal fails all of its call and nothing else) {
  publish("a", "a1");
  publish("a", "a2");
  compose();
  publish("a", "a3");
  CAF_CHECK(refuse("OOM command not allowed"));
  CAF_CHECK(receipts == (std::vector<receipt>{{"a1", lost}, {"a2", lost}}));
  CAF_CHECK(compose() == (lines{"a n-a3"}));
  CAF_CHECK_EQUAL(accounting.failed(), 2u);
}

CAF_TEST(a call without effect is repeated before what has come later) {
  publish("a", "a1");
  publish("b", "b1");
  compose();
  publish("a", "a2");
  publish("c", "c1");
  CAF_CHECK(refuse("NOSCRIPT No matching script"));
  CAF_CHECK(receipts.empty());
  CAF_CHECK(compose() == (lines{"a n-a1 n-a2", "c n-c1"}));
  CAF_CHECK(reply({"e", 1, 0}));
  CAF_CHECK(reply({"e", 1, 0, 2, 0}));
  CAF_CHECK(reply({"e", 1, 0}));
  CAF_CHECK_EQUAL(receipts.size(), 4u);
}

CAF_TEST(what was on its way when the link was lost is marked) {
  publish("a", "a1");
  publish("a", "a2", 5s, true);
  publish("b", "b1");
  compose();
  publish("a", "a3");
  queue.on_lost();
  CAF_CHECK(receipts.empty());
  CAF_CHECK_EQUAL(queue.in_flight(), 0u);
  queue.on_up();
  CAF_CHECK(compose() == (lines{"a r-a1 c-a2 n-a3", "b r-b1"}));
  queue.on_lost();
  queue.on_up();
  CAF_CHECK(compose() == (lines{"a r-a1 c-a2 r-a3", "b r-b1"}));
  reply({"e", 1, 1, 2, 1, 3, 0});
  CAF_CHECK_EQUAL(receipts.size(), 3u);
}

CAF_TEST(a server that asks for patience is left alone for a moment) {
  for (auto error :
       {"LOADING Redis is loading the dataset in memory", "BUSY Redis is busy running a script"}) {
    publish("a", error);
    compose();
    CAF_CHECK(refuse(error));
    CAF_CHECK(receipts.empty());
    CAF_CHECK(compose().empty());
    CAF_CHECK(queue.next_tick() < clock_type::now() + 1s);
    queue.tick(clock_type::now() + 1s);
    CAF_CHECK_EQUAL(compose().size(), 1u);
    reply({"e", 1, 0});
    CAF_CHECK(receipts == (std::vector<receipt>{{error, none, 1}}));
    receipts.clear();
  }
}

CAF_TEST(what waits expires at its deadline) {
  publish("a", "a1", 1s);
  publish("b", "b1", 1s);
  publish("b", "b2", 2s);
  queue.tick(start + 1s);
  CAF_CHECK(receipts == (std::vector<receipt>{{"a1", late}, {"b1", late}}));
  CAF_CHECK(queue.next_tick() == start + 2s);
  CAF_CHECK(compose() == (lines{"b n-b2"}));
  CAF_CHECK_EQUAL(accounting.pending(), 1u);
}

CAF_TEST(what expires in flight takes its answer and is not sent again) {
  publish("a", "a1", 1s);
  publish("a", "a2", 2s);
  compose();
  publish("a", "a3", 3s);
  queue.tick(start + 1s);
  CAF_CHECK(receipts == (std::vector<receipt>{{"a1", late}}));
  queue.on_lost();
  CAF_CHECK(compose() == (lines{"a r-a2 n-a3"}));
  queue.tick(start + 2s);
  CAF_CHECK(reply({"e", 2, 0, 3, 0}));
  CAF_CHECK(receipts == (std::vector<receipt>{{"a1", late}, {"a2", late}, {"a3", none, 3}}));
  CAF_CHECK(!queue.next_tick());
  CAF_CHECK(!reply({"e", 2, 0}));
}

CAF_TEST(a channel of which all is late is forgotten) {
  publish("a", "a1", 1s);
  compose();
  queue.tick(start + 1s);
  queue.on_lost();
  CAF_CHECK(compose().empty());
  publish("a", "a2");
  CAF_CHECK(compose() == (lines{"a n-a2"}));
}

CAF_TEST(a script that is missing is waited for but not one that is refused) {
  queue.on_script_refused("LOADING Redis is loading the dataset in memory");
  publish("a", "a1");
  CAF_CHECK(compose().empty());
  CAF_CHECK(receipts.empty());
  queue.on_script_refused("NOPERM this user has no permissions");
  CAF_CHECK(receipts == (std::vector<receipt>{{"a1", lost}}));
  publish("a", "a2");
  CAF_CHECK(compose().empty());
  CAF_CHECK_EQUAL(receipts.size(), 2u);
  queue.on_script("sha");
  publish("a", "a3");
  CAF_CHECK(compose() == (lines{"a n-a3"}));
}

CAF_TEST(answers that make no sense are noticed) {
  CAF_CHECK(!reply({"e", 1, 0}));
  publish("a", "a1");
  compose();
  CAF_CHECK(!reply({"e", 1, 0, 2, 0}));
  CAF_CHECK(!reply({"e", "x", 0}));
  CAF_CHECK(!reply({1, 1, 0}));
  CAF_CHECK(receipts.empty());
  queue.on_lost(); // as the link does then
  CAF_CHECK(compose() == (lines{"a r-a1"}));
}

CAF_TEST(a stop fails everything once) {
  publish("a", "a1", 1s);
  publish("a", "a2");
  compose();
  publish("a", "a3");
  publish("b", "b1");
  queue.tick(start + 1s);
  queue.fail_all();
  queue.fail_all();
  CAF_CHECK(receipts
            == (std::vector<receipt>{{"a1", late}, {"a2", lost}, {"a3", lost}, {"b1", lost}}));
  CAF_CHECK_EQUAL(accounting.pending(), 0u);
}

CAF_TEST(answers of many servers come in any order) {
  publish("a", "a1");
  publish("b", "b1");
  publish("c", "c1");
  compose();
  CAF_CHECK(!reply({"e", 1, 0}, 3));
  CAF_CHECK(reply({"e", 7, 0}, 1));
  CAF_CHECK(refuse("OOM command not allowed", 1));
  CAF_CHECK(receipts == (std::vector<receipt>{{"b1", none, 7}, {"c1", lost}}));
  publish("b", "b2");
  CAF_CHECK(compose() == (lines{"b n-b2"}));
  CAF_CHECK(reply({"e", 8, 0}, 1));
  CAF_CHECK(reply({"e", 1, 0}));
  CAF_CHECK_EQUAL(receipts.size(), 4u);
  CAF_CHECK_EQUAL(queue.in_flight(), 0u);
}

CAF_TEST(a call that one server of many has lost is repeated as one that was sent) {
  publish("a", "a1");
  publish("b", "b1");
  compose();
  publish("a", "a2");
  CAF_CHECK(refuse(lost_answer));
  queue.on_up(); // it is back
  CAF_CHECK(receipts.empty());
  CAF_CHECK(compose() == (lines{"a r-a1 n-a2"}));
  CAF_CHECK(reply({"e", 1, 0}));
  CAF_CHECK(reply({"e", 5, 1, 6, 0}));
  CAF_CHECK(receipts == (std::vector<receipt>{{"b1", none, 1}, {"a1", none, 5}, {"a2", none, 6}}));
}

CAF_TEST(a server that is away fails its channels and holds no other up) {
  publish("a", "a1");
  compose();
  publish("a", "a2");
  publish("b", "b1");
  CAF_CHECK(refuse(unreachable_answer));
  CAF_CHECK(receipts == (std::vector<receipt>{{"a1", lost}}));
  CAF_CHECK(compose() == (lines{"b n-b1", "a n-a2"}));
}

CAF_TEST(each call has the terms of the server of its channel) {
  terms.runs = {{"a", "run7"}};
  publish("a", "a1");
  CAF_CHECK(terms_in_call() == (lines{"run7", "PUBLISH"}));
  terms.publishes = "SPUBLISH";
  publish("b", "b1");
  CAF_CHECK(terms_in_call() == (lines{"run1", "SPUBLISH"}));
  refuse(lost_answer);
  terms.runs = {{"a", "run8"}}; // it has started anew
  CAF_CHECK(terms_in_call() == (lines{"run8", "SPUBLISH"}));
}

CAF_TEST_FIXTURE_SCOPE_END()
