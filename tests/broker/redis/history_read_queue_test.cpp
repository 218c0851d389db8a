#define CAF_SUITE history_read_queue_test

#include "atrium/broker/redis/history_read_queue.hpp"

#include "caf/test/unit_test.hpp"
#include "support/redis_terms_stub.hpp"
#include "support/resp_nodes.hpp"

#include <string>
#include <vector>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

using clock_type = history_read_queue::clock;
using lines = std::vector<std::string>;

constexpr std::size_t part = history_read_queue::max_part;

// A page of `count` messages of one byte that come after `from`.
class page_reply {
public:
  page_reply(std::size_t from, std::size_t count, const char* word) {
    nodes_.push_back({resp_type::array, static_cast<long long>(3 + 3 * count), {}});
    nodes_.push_back({resp_type::string, 0, "e"});
    nodes_.push_back({resp_type::integer, 9'999, {}});
    nodes_.push_back({resp_type::string, 0, word});
    for (auto i = static_cast<long long>(from); count > 0; --count, ++i) {
      nodes_.push_back({resp_type::integer, i + 1, {}});
      nodes_.push_back({resp_type::integer, i, {}});
      nodes_.push_back({resp_type::string, 0, "x"});
    }
  }

  operator resp_reply() const {
    return nodes_;
  }

private:
  std::vector<resp_node> nodes_;
};

struct fixture {
  fixture() {
    queue.on_up();
    queue.on_script("sha");
  }

  void ask(const std::string& channel, history_query what, clock_type::duration deadline = 5s) {
    if (queue.admit())
      queue.push({channel, what, [this](history_page x) { pages.push_back(std::move(x)); },
                  start + deadline});
  }

  // Asks for up to `limit` messages after the offset 10.
  void ask(const std::string& channel, std::size_t limit, clock_type::duration deadline = 5s) {
    ask(channel, history_query{{100, 60s}, position{"e", 10}, limit}, deadline);
  }

  // What a write asks: channel, offset, limit, bytes.
  lines compose() {
    std::string out;
    queue.compose(out, std::size_t{256} << 10);
    lines result;
    resp_reader reader;
    reader.feed(out, [&](resp_reply x) {
      auto call = std::string{x[4].text.substr(0, x[4].text.find(':'))};
      for (std::size_t i : {6, 8, 9})
        call.append(" ").append(x[i].text);
      result.push_back(call);
      return true;
    });
    return result;
  }

  bool reply(const page_reply& x, std::size_t which = 0) {
    return queue.on_reply_to(which, x);
  }

  bool refuse(std::string_view error, std::size_t which = 0) {
    return queue.on_reply_to(which, error_reply{error});
  }

  clock_type::time_point start = clock_type::now() + 1h;
  history_counters counters;
  redis_terms_stub terms;
  history_read_queue queue{terms, counters};
  std::vector<history_page> pages;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(history_read_queue_tests, fixture)

CAF_TEST(a question is asked and answered) {
  ask("a", 3);
  CAF_CHECK(compose() == (lines{"a 10 3 262144"}));
  CAF_CHECK(compose().empty());
  CAF_CHECK(reply({10, 2, "end"}));
  CAF_REQUIRE_EQUAL(pages.size(), 1u);
  CAF_CHECK_EQUAL(pages[0].error, errc::none);
  CAF_CHECK(pages[0].top == (position{"e", 9'999}));
  CAF_REQUIRE_EQUAL(pages[0].messages.size(), 2u);
  CAF_CHECK_EQUAL(pages[0].messages[1].offset, 12u);
  CAF_CHECK_EQUAL(pages[0].messages[1].previous, 11u);
  CAF_CHECK(!pages[0].has_more);
  CAF_CHECK_EQUAL(counters.reads.load(), 1u);
  CAF_CHECK_EQUAL(counters.read.load(), 2u);
  CAF_CHECK(!queue.next_tick());
}

CAF_TEST(a long page is read in parts ahead of others) {
  ask("a", part + 20);
  ask("b", 1);
  CAF_CHECK_EQUAL(compose().size(), 2u);
  ask("c", 1);
  reply({10, part, "more"});
  reply({0, 1, "end"});
  CAF_CHECK_EQUAL(pages.size(), 1u);
  CAF_CHECK(compose() == (lines{"a 510 20 261644", "c 10 1 262144"}));
  reply({10 + part, 20, "more"});
  CAF_REQUIRE_EQUAL(pages.size(), 2u);
  CAF_CHECK_EQUAL(pages[1].messages.size(), part + 20);
  CAF_CHECK_EQUAL(pages[1].messages.back().offset, 10 + part + 20);
  CAF_CHECK(pages[1].has_more);
}

CAF_TEST(a part that ends early ends the page) {
  ask("a", 2 * part);
  compose();
  reply({10, part - 1, "more"}); // by its bytes
  CAF_REQUIRE_EQUAL(pages.size(), 1u);
  CAF_CHECK(pages[0].has_more);
  ask("a", 2 * part);
  compose();
  reply({10, part, "end"});
  CAF_REQUIRE_EQUAL(pages.size(), 2u);
  CAF_CHECK(!pages[1].has_more);
}

CAF_TEST(a page in parts keeps its bound in bytes) {
  ask("a", history_query{{100, 60s}, std::nullopt, 2 * part, part});
  compose();
  reply({0, part, "more"});
  CAF_CHECK_EQUAL(pages.size(), 1u);
  ask("a", history_query{{100, 60s}, std::nullopt, 3 * part, part + 1});
  compose();
  reply({0, part, "more"});
  CAF_CHECK(compose() == (lines{"a 500 500 1"}));
  reply({part, 2, "end"}); // more than asked for
  CAF_REQUIRE_EQUAL(pages.size(), 2u);
  CAF_CHECK_EQUAL(pages[1].messages.size(), part + 1);
  CAF_CHECK(pages[1].has_more);
}

CAF_TEST(what is lost between two parts ends the page) {
  ask("a", 2 * part);
  compose();
  reply({10, part, "more"});
  compose();
  CAF_CHECK(queue.on_reply(array_reply{"e"s, 2'000, "lost"s, 900}));
  CAF_REQUIRE_EQUAL(pages.size(), 1u);
  CAF_CHECK(!pages[0].is_lost);
  CAF_CHECK(pages[0].has_more);
  CAF_CHECK_EQUAL(pages[0].messages.size(), part);
  ask("a", 1);
  compose();
  queue.on_reply(array_reply{"e2"s, 2'000, "lost"s, 900});
  CAF_REQUIRE_EQUAL(pages.size(), 2u);
  CAF_CHECK(pages[1].is_lost);
  CAF_CHECK_EQUAL(pages[1].floor, 900u);
  CAF_CHECK(pages[1].top == (position{"e2", 2'000}));
  CAF_CHECK_EQUAL(counters.lost.load(), 1u);
}

CAF_TEST(answers that may come have a bound) {
  for (int i = 0; i < 10; ++i)
    ask("a", 9); // 256 KiB each
  CAF_CHECK_EQUAL(compose().size(), 4u);
  CAF_CHECK(compose().empty());
  reply({10, 1, "end"});
  CAF_CHECK_EQUAL(compose().size(), 1u);
  queue.on_lost();
  CAF_CHECK_EQUAL(compose().size(), 4u);
  for (int i = 0; i < 4; ++i)
    reply({10, 1, "end"});
  queue.fail_all();
  for (int i = 0; i < 300; ++i)
    ask("a", 0); // positions
  CAF_CHECK_EQUAL(compose().size(), 256u);
}

CAF_TEST(questions that wait have a bound) {
  for (std::size_t i = 0; i < history_read_queue::max_pending; ++i)
    ask("a", 0);
  CAF_CHECK(!queue.admit());
  compose();
  reply({0, 0, "end"});
  CAF_CHECK(queue.admit());
  queue.release();
}

CAF_TEST(what has no answer is asked again) {
  ask("a", 1);
  compose();
  queue.on_lost();
  queue.on_up();
  CAF_CHECK_EQUAL(compose().size(), 1u);
  refuse("NOSCRIPT No matching script");
  CAF_CHECK_EQUAL(compose().size(), 1u);
  refuse("LOADING Redis is loading the dataset in memory");
  CAF_CHECK(compose().empty());
  queue.tick(clock_type::now() + 1s);
  CAF_CHECK_EQUAL(compose().size(), 1u);
  CAF_CHECK(pages.empty());
  reply({10, 1, "end"});
  CAF_CHECK_EQUAL(pages.size(), 1u);
  CAF_CHECK_EQUAL(counters.reads.load(), 1u);
}

CAF_TEST(a question ends at its deadline) {
  ask("a", 1, 1s);
  compose();
  ask("b", 1, 1s);
  ask("c", 1, 2s);
  CAF_CHECK(queue.next_tick() == start + 1s);
  queue.tick(start + 1s);
  CAF_REQUIRE_EQUAL(pages.size(), 2u);
  CAF_CHECK_EQUAL(pages[0].error, errc::timeout);
  CAF_CHECK(queue.next_tick() == start + 2s);
  CAF_CHECK(compose() == (lines{"c 10 1 262144"}));
  CAF_CHECK(reply({10, 1, "end"})); // too late for whoever has asked
  CAF_CHECK_EQUAL(pages.size(), 2u);
  CAF_CHECK(reply({10, 1, "end"}));
  CAF_CHECK_EQUAL(pages.size(), 3u);
  CAF_CHECK_EQUAL(counters.failed.load(), 2u);
}

CAF_TEST(refusals are told) {
  ask("a", 1);
  compose();
  refuse("WRONGTYPE Operation against a key");
  ask("a", 1);
  queue.on_script_refused("NOPERM this user has no permissions");
  compose();
  ask("a", 1);
  queue.fail_all();
  CAF_REQUIRE_EQUAL(pages.size(), 3u);
  for (auto& x : pages)
    CAF_CHECK_EQUAL(x.error, errc::bus_unavailable);
  CAF_CHECK_EQUAL(counters.failed.load(), 3u);
}

CAF_TEST(answers that make no sense are noticed) {
  CAF_CHECK(!reply({0, 0, "end"}));
  ask("a", 1);
  compose();
  CAF_CHECK(!reply({0, 0, "other"}));
  CAF_CHECK(!queue.on_reply(array_reply{"e"s, 1, "end"s, 1}));
  CAF_CHECK(!queue.on_reply(array_reply{"e"s, 1, "end"s, 1, 0, 1}));
  CAF_CHECK(!queue.on_reply(array_reply{"e"s, 1, "lost"s}));
  CAF_CHECK(!queue.on_reply(array_reply{"e"s, "x"s, "end"s}));
  CAF_CHECK(pages.empty());
}

CAF_TEST(answers of many servers come in any order) {
  ask("a", part + 1);
  ask("b", 1);
  ask("c", 1);
  compose();
  CAF_CHECK(!reply({10, 1, "end"}, 3));
  CAF_CHECK(reply({30, 1, "end"}, 2));
  CAF_CHECK(reply({20, 1, "end"}, 1));
  CAF_REQUIRE_EQUAL(pages.size(), 2u);
  CAF_CHECK_EQUAL(pages[0].messages[0].offset, 31u);
  CAF_CHECK_EQUAL(pages[1].messages[0].offset, 21u);
  CAF_CHECK(reply({10, part, "more"}));
  CAF_CHECK_EQUAL(compose().size(), 1u);
}

CAF_TEST(of many servers one is asked again and one that is away is told) {
  ask("a", 1);
  ask("b", 1);
  ask("c", 1);
  compose();
  CAF_CHECK(refuse(unreachable_answer, 1));
  CAF_CHECK(refuse(lost_answer));
  queue.on_up(); // it is back
  CAF_REQUIRE_EQUAL(pages.size(), 1u);
  CAF_CHECK_EQUAL(pages[0].error, errc::bus_unavailable);
  CAF_CHECK(compose() == (lines{"a 10 1 262144"})); // at once
  CAF_CHECK(reply({10, 1, "end"}, 1) && reply({10, 1, "end"}));
  CAF_CHECK_EQUAL(pages.size(), 3u);
  CAF_CHECK_EQUAL(counters.failed.load(), 1u);
}

CAF_TEST(each question has the incarnation of the server of its channel) {
  terms.runs = {{"b", "run7"}};
  ask("a", 1);
  ask("b", 1);
  std::string out;
  queue.compose(out, std::size_t{256} << 10);
  lines runs;
  resp_reader reader;
  reader.feed(out, [&](resp_reply x) {
    runs.emplace_back(x[13].text);
    return true;
  });
  CAF_CHECK(runs == (lines{"run1", "run7"}));
}

CAF_TEST(what waits for a server in trouble holds up nobody) {
  auto wide = history_query{{100, 60s}, std::nullopt, part, history_read_queue::max_answers};
  ask("dead", wide);
  ask("alive", wide);
  CAF_CHECK_EQUAL(compose().size(), 1u);
  queue.on_excused(0);
  queue.on_excused(0);
  CAF_CHECK_EQUAL(compose().size(), 1u);
  ask("third", wide);
  CAF_CHECK_EQUAL(compose().size(), 0u);
  // The answers settle what is counted, in any order.
  CAF_CHECK(queue.on_reply_to(1, page_reply{10, 1, "end"}));
  CAF_CHECK_EQUAL(compose().size(), 1u);
  CAF_CHECK(queue.on_reply_to(0, error_reply{"UNREACHABLE nobody"}));
  CAF_CHECK(queue.on_reply_to(0, page_reply{10, 1, "end"}));
  CAF_CHECK_EQUAL(pages.size(), 3u);
  ask("dead", wide);
  ask("alive", wide);
  CAF_CHECK_EQUAL(compose().size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
