#define CAF_SUITE redis_pipeline_test

#include "atrium/broker/redis/redis_pipeline.hpp"

#include "caf/test/unit_test.hpp"
#include "support/occurrences.hpp"

#include <array>

using namespace atrium;

namespace {

using lines = std::vector<std::string>;

// Says what the test has given it, and keeps what it hears.
class fake_caller final : public redis_caller {
public:
  explicit fake_caller(std::string name) : name_(std::move(name)) {
    // nop
  }

  void on_up() override {
    heard.emplace_back("up");
  }
  void on_lost() override {
    heard.emplace_back("lost");
    unanswered_ = 0;
  }
  void on_script(std::string_view sha) override {
    heard.push_back("script " + std::string{sha});
  }
  void on_script_refused(std::string_view error) override {
    heard.push_back("refused " + std::string{error});
  }
  void compose(std::string& out, std::size_t limit) override {
    for (; waiting > 0 && out.size() < limit; --waiting, ++unanswered_)
      append_command(out, {name_, std::string(bytes, 'x')});
  }
  std::size_t unanswered() const override {
    return unanswered_;
  }
  std::string_view on_reply(resp_reply reply) override {
    --unanswered_;
    heard.emplace_back(reply.front().text);
    return {};
  }

  lines heard;
  std::size_t waiting = 0; // commands
  std::size_t bytes = 1;   // of each

private:
  const std::string name_;
  std::size_t unanswered_ = 0;
};

struct fixture {
  fixture() {
    subject.add(ann, {"return 1", "publish_refused", "ann is refused"});
    subject.add(bob, {{}, "publish_refused", "bob is refused"});
  }

  // Returns how many commands that begin with `word` are written next.
  std::size_t written(std::string_view word) {
    last.clear();
    subject.compose(last);
    return test::occurrences(last, word);
  }

  std::string_view answer(std::string_view text, resp_type type = resp_type::string) {
    std::array<resp_node, 1> reply{resp_node{type, 0, text}};
    return subject.on_reply(reply);
  }

  void up() {
    subject.on_up();
    CAF_REQUIRE_EQUAL(written("SCRIPT"), 1U);
    answer("sha");
  }

  std::string last; // what was written
  lines log;
  lines demoted;
  int proven = 0;
  fake_caller ann{"ANN"};
  fake_caller bob{"BOB"};
  redis_pipeline subject{[this](const log::record& x) { log.push_back(log::to_text(x)); },
                         [this](std::string_view why, auto* where) {
                           demoted.push_back(std::string{why} + (where == nullptr ? "" : " there"));
                         },
                         [this] { ++proven; }};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(redis_pipeline_tests, fixture)

CAF_TEST(every answer goes to whom it belongs) {
  up();
  ann.waiting = bob.waiting = 2;
  CAF_CHECK_EQUAL(written("ANN"), 2U);
  CAF_CHECK(!subject.idle());
  for (auto text : {"1", "2", "3", "4"})
    CAF_CHECK_EQUAL(answer(text), "");
  CAF_CHECK_EQUAL(ann.heard, (lines{"up", "script sha", "1", "2"}));
  CAF_CHECK_EQUAL(bob.heard, (lines{"up", "3", "4"}));
  CAF_CHECK(subject.idle());
  CAF_CHECK_NOT_EQUAL(answer("5"), "");
}

CAF_TEST(nobody is starved by one who has much to say) {
  up();
  for (auto* loud : {&ann, &bob}) {
    auto& quiet = loud == &ann ? bob : ann;
    loud->waiting = 10'000;
    loud->bytes = 1'000;
    std::string out;
    auto most = redis_pipeline::window + redis_pipeline::share;
    for (int i = 0; i < 5; ++i) // nothing is answered, and the link takes all
      subject.compose(out);
    CAF_CHECK(subject.in_flight() >= redis_pipeline::window);
    CAF_CHECK(subject.in_flight() < most + 2'000);
    quiet.waiting = 1;
    CAF_CHECK_EQUAL(written(loud == &ann ? "BOB" : "ANN"), 1U);
    loud->waiting = 0;
    while (!subject.idle())
      answer("");
    CAF_CHECK_EQUAL(subject.in_flight(), 0U);
  }
}

CAF_TEST(who is held back goes on when some of it is answered) {
  up();
  ann.waiting = 10'000;
  ann.bytes = 1'000;
  std::string out;
  for (int i = 0; i < 5; ++i)
    subject.compose(out);
  CAF_CHECK_EQUAL(written("ANN"), 0U);
  while (subject.in_flight() >= redis_pipeline::window)
    answer("");
  CAF_CHECK(written("ANN") > 200);
}

CAF_TEST(a script is loaded on every connection) {
  up();
  CAF_CHECK_EQUAL(written("SCRIPT"), 0U);
  subject.on_down({}, "gone");
  up();
  CAF_CHECK_EQUAL(ann.heard, (lines{"up", "script sha", "lost", "up", "script sha"}));
}

CAF_TEST(a script that Redis has lost is loaded once and ahead of the next command) {
  up();
  ann.waiting = 2;
  written("ANN");
  answer("NOSCRIPT no", resp_type::error);
  answer("NOSCRIPT no", resp_type::error);
  ann.waiting = 1;
  CAF_CHECK_EQUAL(written("SCRIPT"), 1U);
  CAF_CHECK(last.find("SCRIPT") < last.find("ANN"));
  CAF_CHECK_EQUAL(written("SCRIPT"), 0U);
  CAF_CHECK(log.empty());
}

CAF_TEST(a script that is refused is tried again when the link has proved itself) {
  subject.on_up();
  CAF_CHECK_EQUAL(written("SCRIPT"), 1U);
  answer("NOPERM no", resp_type::error);
  CAF_CHECK_EQUAL(ann.heard, (lines{"up", "refused NOPERM no"}));
  CAF_CHECK_EQUAL(written("SCRIPT"), 0U);
  subject.on_proven();
  CAF_CHECK_EQUAL(proven, 1);
  CAF_CHECK_EQUAL(written("SCRIPT"), 1U);
}

CAF_TEST(the same complaint is one line for each who hears it) {
  up();
  ann.waiting = bob.waiting = 2;
  written("ANN");
  for (int i = 0; i < 4; ++i)
    answer("NOPERM no", resp_type::error);
  CAF_REQUIRE_EQUAL(log.size(), 2U);
  CAF_CHECK(log[0].find("ann is refused") != std::string::npos);
  CAF_CHECK(log[1].find("bob is refused") != std::string::npos);
}

CAF_TEST(a server that is no master any more is told of) {
  up();
  bob.waiting = 1;
  written("BOB");
  auto flaw = std::string{answer("READONLY no", resp_type::error)};
  CAF_CHECK_EQUAL(flaw, "READONLY no");
  subject.on_down({}, flaw);
  subject.on_turned_away({}, flaw);
  CAF_CHECK_EQUAL(demoted, (lines{"READONLY no", "READONLY no there"}));
}

CAF_TEST(who is removed hears nothing and its answers are counted off) {
  up();
  ann.waiting = bob.waiting = 1;
  written("ANN");
  subject.remove(ann);
  answer("1");
  answer("2");
  subject.on_down({}, "gone");
  CAF_CHECK_EQUAL(ann.heard, (lines{"up", "script sha"}));
  CAF_CHECK_EQUAL(bob.heard, (lines{"up", "2", "lost"}));
}

CAF_TEST(who comes later is told that the link is up) {
  up();
  fake_caller eve{"EVE"};
  subject.add(eve, {"return 2", "publish_refused", "eve is refused"});
  CAF_CHECK_EQUAL(eve.heard, lines{"up"});
  CAF_CHECK_EQUAL(written("SCRIPT"), 1U);
  subject.remove(eve);
}

CAF_TEST_FIXTURE_SCOPE_END()
