#define CAF_SUITE api_batch_test

#include "atrium/net/api/api_batch.hpp"
#include "atrium/net/api/api_method.hpp"

#include "caf/test/unit_test.hpp"

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

using namespace atrium;

namespace {

/// Runs commands when the test says so, and notes which have begun.
struct fixture {
  api_runner runner() {
    return {[this](api_item x, api_handler done) {
              begun += std::get_if<api_history>(&x.what) ? 'h' : 'p';
              if (answers_at_once)
                return done(reply());
              waiting.push_back(std::move(done));
            },
            [this](std::function<void()> what) { turns.push_back(std::move(what)); },
            [this] { return has_time; }, most_bytes};
  }

  api_reply reply() {
    ++answered;
    return {{}, result.empty() ? R"({"n":)" + std::to_string(answered) + '}' : result};
  }

  // Answers the one that has waited longest, or shortest.
  void answer(bool first = true) {
    auto i = first ? waiting.begin() : waiting.end() - 1;
    auto done = std::move(*i);
    waiting.erase(i);
    done(reply());
    turn();
  }

  void turn() {
    while (!turns.empty()) {
      auto what = std::move(turns.front());
      turns.pop_front();
      what();
    }
  }

  static api_item item(char kind) {
    if (kind == 'h')
      return {find_api_method("history"), api_history{}};
    return {find_api_method("publish"), api_publish{}};
  }

  static api_batch batch(std::string_view kinds, bool parallel = false) {
    api_batch result;
    result.parallel = parallel;
    for (auto each : kinds)
      result.items.push_back(item(each));
    return result;
  }

  void run(api_batch x) {
    run_batch(runner(), std::move(x), [this](api_reply reply) {
      ++replies;
      last = std::move(reply);
    });
  }

  std::string begun;
  std::string result; // of each; empty: one with its number
  std::deque<api_handler> waiting;
  std::deque<std::function<void()>> turns;
  bool answers_at_once = false;
  bool has_time = true;
  std::size_t most_bytes = 1'000;
  int answered = 0;
  int replies = 0;
  api_reply last;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(api_batch_tests, fixture)

CAF_TEST(messages go out together and everything else waits for them) {
  run(batch("pphpp"));
  CAF_CHECK_EQUAL(begun, "pp");
  answer(false);
  CAF_CHECK_EQUAL(begun, "pp");
  answer();
  CAF_CHECK_EQUAL(begun, "pph");
  answer();
  CAF_CHECK_EQUAL(begun, "pphpp");
  answer();
  CAF_CHECK_EQUAL(replies, 0);
  answer();
  CAF_CHECK_EQUAL(replies, 1);
  CAF_CHECK(last.is_whole);
  CAF_CHECK_EQUAL(last.result, R"({"replies":[{"publish":{"n":2}},{"publish":{"n":1}},)"
                               R"({"history":{"n":3}},{"publish":{"n":4}},{"publish":{"n":5}}]})");
}

CAF_TEST(a parallel batch begins at once) {
  run(batch("phph", true));
  CAF_CHECK_EQUAL(begun, "phph");
  for (int i = 0; i < 4; ++i)
    answer(i % 2 == 0);
  CAF_CHECK_EQUAL(replies, 1);
}

CAF_TEST(a parallel batch has few questions under way) {
  run(batch(std::string(20, 'h') + "p", true));
  CAF_CHECK_EQUAL(begun, std::string(16, 'h'));
  for (int i = 0; i < 16; ++i)
    answer();
  CAF_CHECK_EQUAL(begun, std::string(20, 'h') + "p");
  for (int i = 0; i < 5; ++i)
    answer();
  CAF_CHECK_EQUAL(replies, 1);
}

CAF_TEST(what has no time left is not done) {
  run(batch("hhp"));
  has_time = false;
  answer();
  CAF_CHECK_EQUAL(begun, "h");
  CAF_CHECK_EQUAL(replies, 1);
  std::string_view late
    = R"({"error":{"code":100,"message":"internal: not done, the batch takes too long"}})";
  CAF_CHECK_EQUAL(last.result, R"({"replies":[{"history":{"n":1}},)" + std::string{late} + ','
                                 + std::string{late} + "]}");
}

CAF_TEST(an answer that is too long ends a batch) {
  most_bytes = 10;
  run(batch("hhh"));
  answer();
  answer();
  CAF_CHECK_EQUAL(begun, "hh");
  CAF_CHECK_EQUAL(replies, 1);
  CAF_CHECK(last.result.find(R"("code":106)") != std::string::npos);
}

CAF_TEST(what is answered at once needs no turn) {
  answers_at_once = true;
  run(batch("hphhp"));
  CAF_CHECK_EQUAL(begun, "hphhp");
  CAF_CHECK_EQUAL(replies, 1);
  CAF_CHECK(turns.empty());
}

CAF_TEST(a failure is that of its command) {
  auto x = batch("p");
  run_batch({[](api_item, api_handler done) {
               done({{107, "channel: is missing"}, {}});
             },
             {}},
            std::move(x), [this](api_reply reply) { last = std::move(reply); });
  CAF_CHECK_EQUAL(last.error.code, 0u);
  CAF_CHECK_EQUAL(last.result,
                  R"({"replies":[{"error":{"code":107,"message":"channel: is missing"}}]})");
}

CAF_TEST(lines have an answer each) {
  answers_at_once = true;
  auto x = batch("pp");
  x.is_lines = true;
  run(std::move(x));
  CAF_CHECK_EQUAL(last.result, "{\"result\":{\"n\":1}}\n{\"result\":{\"n\":2}}\n");
}

CAF_TEST(a broadcast has its responses in order) {
  run_broadcast(runner(), batch("pp"), [this](api_reply reply) { last = std::move(reply); });
  answer(false);
  answer();
  CAF_CHECK(!last.is_whole);
  CAF_CHECK_EQUAL(last.result, R"({"responses":[{"result":{"n":2}},{"result":{"n":1}}]})");
}

CAF_TEST(what rooms answer to messages has a bound) {
  answers_at_once = true;
  result = R"({"answer":"so long an answer"})";
  most_bytes = 2 * result.size();
  run(batch("ppppp"));
  turn();
  CAF_CHECK_EQUAL(begun, "ppppp");
  auto parts = [this](std::string_view part) {
    std::size_t found = 0;
    for (auto i = last.result.find(part); i != last.result.npos; i = last.result.find(part, i + 1))
      ++found;
    return found;
  };
  CAF_CHECK_EQUAL(parts("so long"), 3U); // it may be passed by one
  CAF_CHECK_EQUAL(parts("limit exceeded"), 2U);
}

CAF_TEST(an answer with line ends is one line) {
  answers_at_once = true;
  result = "{\"answer\":[\r\n1,\n2]}";
  auto lines = batch("pp");
  lines.is_lines = true;
  run(std::move(lines));
  turn();
  CAF_CHECK_EQUAL(std::ranges::count(last.result, '\n'), 2);
  CAF_CHECK(last.result.find("[  1, 2]") != last.result.npos);
}

CAF_TEST_FIXTURE_SCOPE_END()
