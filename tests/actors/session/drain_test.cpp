#define CAF_SUITE drain_test

#include "support/actor_fixture.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

/// Counts who is told to go, and notes how long they are to wait.
class told_session final : public client_session {
public:
  explicit told_session(std::vector<std::chrono::milliseconds>& told) : told_(told) {
    // nop
  }
  std::size_t append(delivery&) override {
    return 1;
  }
  void open(const welcome&) override {
    // nop
  }
  void answer(const reply&) override {
    // nop
  }
  void push(const reply&) override {
    // nop
  }
  void last_until(unix_time) override {
    // nop
  }
  void close(close_code code, std::string_view, std::chrono::milliseconds after) override {
    CAF_CHECK(code == close_code::going_away);
    told_.push_back(after);
  }

private:
  std::vector<std::chrono::milliseconds>& told_;
};

struct fixture : node_fixture {
  /// Lets `count` connections come to the first lane.
  void arrive(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      auto out = std::make_shared<told_session>(told);
      clients.push_back(
        {sys.spawn<connection>(lane_or_none(),
                               connection_setup{env, root, out, 0, {"ann", rights::everything()}}),
         nullptr});
    }
    settle();
  }

  void drain(std::chrono::milliseconds window) {
    untold->try_acquire(1);
    caf::anon_send(env->lanes[0].actor,
                   close_all{close_code::going_away, "stop", window, permit{untold, 1}});
    settle();
  }

  std::vector<std::chrono::milliseconds> told;
  std::shared_ptr<semaphore> untold = std::make_shared<semaphore>(1);
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(drain_tests, fixture)

CAF_TEST(few are told at once) {
  arrive(150);
  drain(10s);
  CAF_CHECK_EQUAL(told.size(), 150u);
  CAF_CHECK_EQUAL(untold->taken(), 0u);
}

CAF_TEST(without a window all are told at once) {
  arrive(700);
  drain(0ms);
  CAF_CHECK_EQUAL(told.size(), 700u);
}

CAF_TEST(many are told within the window) {
  arrive(900);
  drain(250ms);
  CAF_CHECK_EQUAL(told.size(), 300u);
  sched.advance_time(100ms);
  settle();
  CAF_CHECK_EQUAL(told.size(), 600u);
  CAF_CHECK_EQUAL(untold->taken(), 1u);
  sched.advance_time(100ms);
  settle();
  CAF_CHECK_EQUAL(told.size(), 900u);
  CAF_CHECK_EQUAL(untold->taken(), 0u);
}

CAF_TEST(all are to come back within the window but not together) {
  arrive(150);
  drain(10s);
  std::ranges::sort(told);
  CAF_CHECK(told.front() >= 0ms);
  CAF_CHECK(told.back() <= 10s);
  CAF_CHECK(told.back() - told.front() > 5s);
}

CAF_TEST(newcomers are told at once) {
  drain(10s);
  arrive(3);
  CAF_CHECK_EQUAL(told.size(), 3u);
}

CAF_TEST_FIXTURE_SCOPE_END()
