#define CAF_SUITE lane_timers_test

#include "atrium/net/lane/lane_timers.hpp"

#include "caf/test/unit_test.hpp"

#include <memory>
#include <vector>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

const auto somewhere = boost::asio::ip::make_address("192.0.2.1");

/// Notes what happens to it, and may die of it.
class timed_probe final : public timed {
public:
  void on_interval() override {
    ++intervals;
    if (on_visit)
      on_visit();
  }
  void expire() override {
    ++expired;
  }
  bool doubt(const address_filter& whom) override {
    if (!whom(somewhere))
      return false;
    ++doubts;
    return true;
  }
  void settle_doubt() override {
    ++settled;
  }

  int intervals = 0;
  int expired = 0;
  int doubts = 0;
  int settled = 0;
  std::function<void()> on_visit;
};

// The clock is turned by hand: nothing runs the timer.
struct fixture {
  void pass(int seconds) {
    for (int i = 0; i < seconds; ++i)
      subject.tick();
  }

  boost::asio::io_context io;
  lane_timers subject{io, 5s};
};

bool anybody(const boost::asio::ip::address&) {
  return true;
}

bool nobody(const boost::asio::ip::address&) {
  return false;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(lane_timers_tests, fixture)

CAF_TEST(a connection is called once per interval and first after a whole one) {
  pass(3);
  timed_probe x;
  subject.start(x);
  pass(4);
  CAF_CHECK_EQUAL(x.intervals, 0);
  pass(1);
  CAF_CHECK_EQUAL(x.intervals, 1);
  pass(10);
  CAF_CHECK_EQUAL(x.intervals, 3);
}

CAF_TEST(connections that come at different times are called at different times) {
  timed_probe first;
  timed_probe second;
  subject.start(first);
  pass(2);
  subject.start(second);
  pass(3);
  CAF_CHECK_EQUAL(first.intervals, 1);
  CAF_CHECK_EQUAL(second.intervals, 0);
  pass(2);
  CAF_CHECK_EQUAL(second.intervals, 1);
}

CAF_TEST(a deadline is never early and at most a second late) {
  timed_probe x;
  subject.expire_after(x, 2s);
  pass(2);
  CAF_CHECK_EQUAL(x.expired, 0);
  pass(1);
  CAF_CHECK_EQUAL(x.expired, 1);
  pass(10);
  CAF_CHECK_EQUAL(x.expired, 1);
}

CAF_TEST(a later deadline replaces an earlier one) {
  timed_probe x;
  subject.expire_after(x, 1s);
  subject.expire_after(x, 4s);
  pass(4);
  CAF_CHECK_EQUAL(x.expired, 0);
  pass(1);
  CAF_CHECK_EQUAL(x.expired, 1);
}

CAF_TEST(a deadline can be taken back while the intervals go on) {
  timed_probe x;
  subject.start(x);
  subject.expire_after(x, 1s);
  lane_timers::cancel_deadline(x);
  pass(5);
  CAF_CHECK_EQUAL(x.expired, 0);
  CAF_CHECK_EQUAL(x.intervals, 1);
}

CAF_TEST(all deadlines can be over at once) {
  timed_probe first;
  timed_probe second;
  subject.expire_after(first, 100s);
  subject.expire_after(second, 200s);
  subject.expire_all();
  CAF_CHECK_EQUAL(first.expired, 1);
  CAF_CHECK_EQUAL(second.expired, 1);
}

CAF_TEST(a visit may be the last) {
  auto first = std::make_unique<timed_probe>();
  timed_probe second;
  subject.start(*first);
  subject.start(second);
  auto end = [&] { first.reset(); };
  first->on_visit = end;
  pass(5);
  CAF_CHECK(first == nullptr);
  CAF_CHECK_EQUAL(second.intervals, 1);
}

CAF_TEST(whoever is doubted is asked three times whether that is settled) {
  timed_probe x;
  subject.start(x);
  subject.doubt(anybody);
  CAF_CHECK_EQUAL(x.doubts, 1);
  pass(10);
  CAF_CHECK_EQUAL(x.settled, int{lane_timers::patience});
}

CAF_TEST(only those who are meant are doubted) {
  timed_probe x;
  subject.start(x);
  subject.doubt(nobody);
  CAF_CHECK_EQUAL(x.doubts, 0);
}

CAF_TEST(of very many some are doubted at a time and all in the end) {
  std::vector<std::unique_ptr<timed_probe>> crowd;
  for (int i = 0; i < 3'000; ++i) {
    crowd.push_back(std::make_unique<timed_probe>());
    subject.start(*crowd.back());
    if (i % 600 == 599)
      subject.tick();
  }
  auto doubted = [&] {
    int result = 0;
    for (auto& x : crowd)
      result += x->doubts;
    return result;
  };
  subject.doubt(anybody);
  CAF_CHECK_EQUAL(doubted(), 1'200);
  subject.doubt(anybody);
  subject.doubt(anybody);
  for (auto& x : crowd)
    CAF_REQUIRE(x->doubts > 0);
}

CAF_TEST_FIXTURE_SCOPE_END()
