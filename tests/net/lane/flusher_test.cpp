#define CAF_SUITE flusher_test

#include "atrium/net/lane/flusher.hpp"

#include "caf/test/unit_test.hpp"
#include "support/posted_turn.hpp"

#include <functional>
#include <memory>
#include <thread>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

class flush_probe final : public flushable {
public:
  void flush() override {
    ++flushes;
    if (on_flush)
      on_flush();
  }
  std::size_t queued_bytes() const override {
    return waiting;
  }
  void check_backlog() override {
    ++checked;
    if (on_check)
      on_check();
  }

  int flushes = 0;
  int checked = 0;
  std::size_t waiting = 0;
  std::function<void()> on_flush;
  std::function<void()> on_check;
};

struct fixture {
  void run() {
    io.restart();
    io.poll();
  }

  // What happens in a flush that takes a while for so many frames by one call.
  std::function<void()> writes(unsigned frames) {
    return [this, frames] {
      std::this_thread::sleep_for(50ms);
      meter.counters().frames.add(frames);
      meter.counters().writes.add();
    };
  }

  boost::asio::io_context io;
  posted_turn by{io};
  lane_meter meter;
  flusher subject{io, 0us, meter, by}; // gathers for no time
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(flusher_tests, fixture)

CAF_TEST(what is marked is flushed once at the end of the turn) {
  flush_probe x;
  flush_probe y;
  subject.mark(x);
  subject.mark(y);
  subject.mark(x);
  CAF_CHECK_EQUAL(x.flushes, 0);
  io.poll();
  CAF_CHECK_EQUAL(x.flushes, 1);
  CAF_CHECK_EQUAL(y.flushes, 1);
  CAF_CHECK_EQUAL(meter.counters().flushes.value(), 1U);
}

CAF_TEST(what is marked during a flush belongs to the next one) {
  flush_probe x;
  x.on_flush = [&] {
    if (x.flushes < 3)
      subject.mark(x);
  };
  subject.mark(x);
  io.poll();
  CAF_CHECK_EQUAL(x.flushes, 3);
  CAF_CHECK_EQUAL(meter.counters().flushes.value(), 3U);
}

CAF_TEST(frames are gathered for as long as those took that have shared a write) {
  flusher patient{io, 10s, meter, by};
  flush_probe x;
  x.on_flush = writes(2);
  patient.mark(x);
  run();
  CAF_REQUIRE_EQUAL(x.flushes, 1);
  // The time may be over when the test looks, but not each time.
  auto waits = [&] {
    patient.mark(x);
    auto before = x.flushes;
    run();
    auto result = x.flushes == before;
    while (x.flushes == before && io.run_one_for(10s) != 0)
      continue;
    CAF_REQUIRE_EQUAL(x.flushes, before + 1); // as soon as that time is over
    return result;
  };
  bool has_waited = false;
  for (int i = 0; i < 20 && !has_waited; ++i)
    has_waited = waits();
  CAF_CHECK(has_waited);
}

CAF_TEST(nothing is gathered where each frame has had a write of its own) {
  flusher patient{io, 10s, meter, by};
  flush_probe x;
  x.on_flush = writes(1);
  for (int i = 1; i <= 3; ++i) {
    patient.mark(x);
    run();
    CAF_CHECK_EQUAL(x.flushes, i);
  }
}

CAF_TEST(what dies is flushed no more) {
  auto x = std::make_unique<flush_probe>();
  flush_probe y;
  subject.mark(*x);
  subject.mark(y);
  x.reset();
  io.poll();
  CAF_CHECK_EQUAL(y.flushes, 1);
}

CAF_TEST(a measurement sums up what waits for sockets) {
  flush_probe x;
  flush_probe y;
  x.waiting = 30;
  y.waiting = 12;
  subject.stall(x);
  subject.stall(y);
  subject.measure_backlog();
  CAF_CHECK_EQUAL(meter.counters().outbox_bytes.value(), 42U);
  CAF_CHECK_EQUAL(meter.counters().outbox_bytes_max.value(), 30U);
  x.unlink(); // its socket takes bytes again
  subject.measure_backlog();
  CAF_CHECK_EQUAL(meter.counters().outbox_bytes.value(), 12U);
}

CAF_TEST(what waits for its socket is not flushed) {
  flush_probe x;
  subject.mark(x);
  subject.stall(x);
  io.poll();
  CAF_CHECK_EQUAL(x.flushes, 0);
}

CAF_TEST(a watch has everything checked that waits and then ends) {
  auto first = std::make_unique<flush_probe>();
  flush_probe second;
  subject.stall(*first);
  subject.stall(second);
  auto end = [&] { first.reset(); }; // too slow: gone
  first->on_check = end;
  subject.watch();
  subject.watch();
  while (second.checked == 0 && io.run_one_for(10s) != 0)
    continue;
  CAF_CHECK(first == nullptr);
  CAF_CHECK_EQUAL(second.checked, 1);
  CAF_CHECK_EQUAL(io.poll(), 0U);
}

CAF_TEST(a lane is behind while a socket takes more than the lane encrypts) {
  flush_probe x;
  subject.stall(x);
  CAF_CHECK(!subject.is_behind());
  CAF_CHECK_EQUAL(x.checked, 0);
  subject.count_behind(1);
  CAF_CHECK(subject.is_behind());
  CAF_CHECK_EQUAL(x.checked, 1);
  subject.count_behind(-1);
  CAF_CHECK(!subject.is_behind());
}

CAF_TEST_FIXTURE_SCOPE_END()
