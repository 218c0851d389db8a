#define CAF_SUITE frugal_clock_test

#include "atrium/actors/util/frugal_clock.hpp"
#include "atrium/actors/util/frugal_scheduler.hpp"

#include "caf/test/unit_test.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <thread>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

using steady = std::chrono::steady_clock;

struct config : caf::actor_system_config {
  config() {
    load<frugal_scheduler>();
    set("scheduler.max-threads", std::size_t{2});
  }
};

struct fixture {
  config settings;
  caf::actor_system system{settings};
  frugal_clock& clock = dynamic_cast<frugal_clock&>(system.clock());

  // Returns whether `f` has become true in time.
  template <class F>
  static bool becomes_true(F f) {
    for (auto end = steady::now() + 10s; steady::now() < end; std::this_thread::yield())
      if (f())
        return true;
    return false;
  }

  void wait_until_it_sleeps(std::size_t times) {
    CAF_CHECK(becomes_true([&] { return clock.sleeps() >= times; }));
  }
};

/// Counts what reaches CAF's clock.
struct counting_clock : caf::detail::simple_actor_clock {
  void set_request_timeout(time_point, caf::abstract_actor*, caf::message_id) override {
    ++timeouts;
  }

  void cancel_timeouts(caf::abstract_actor*) override {
    ++ends;
  }

  int timeouts = 0;
  int ends = 0;
};

caf::behavior silent() {
  return {[](int) {}};
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(frugal_clock_tests, fixture)

CAF_TEST(messages come when they are due and not before) {
  caf::scoped_actor self{system};
  auto start = steady::now();
  self->delayed_send(self, 40ms, 3);
  self->delayed_send(self, 10ms, 1);
  self->delayed_send(self, 20ms, 2);
  for (int expected = 1; expected <= 3; ++expected)
    self->receive([&](int x) { CAF_CHECK_EQUAL(x, expected); });
  CAF_CHECK(steady::now() - start >= 40ms);
  CAF_CHECK_EQUAL(clock.waiting(), 0u);
}

CAF_TEST(what waits for an actor is dropped when that ends) {
  caf::scoped_actor self{system};
  self->delayed_send(self, 1h, 1);
  caf::weak_actor_ptr weak;
  {
    auto ends = system.spawn([](caf::event_based_actor* x) -> caf::behavior {
      x->delayed_send(x, 1h, 1);
      x->delayed_send(x, 2h, 2);
      return {[x](int) { x->quit(); }};
    });
    weak = caf::actor_cast<caf::weak_actor_ptr>(ends);
    CAF_CHECK(becomes_true([&] { return clock.waiting() == 3; }));
    self->send(ends, 0);
  }
  CAF_CHECK(becomes_true([&] { return clock.waiting() == 1; }));
  CAF_CHECK(becomes_true([&] { return weak.lock() == nullptr; }));
}

CAF_TEST(neither the end of an actor nor a later message wakes the thread) {
  caf::scoped_actor self{system};
  wait_until_it_sleeps(1);
  self->delayed_send(self, 1h, 0);
  wait_until_it_sleeps(2);
  for (int i = 0; i < 1000; ++i) {
    self->delayed_send(self, 2h, i);
    system.spawn([] {});
  }
  CAF_CHECK(becomes_true([&] { return system.registry().running() <= 1; }));
  CAF_CHECK_EQUAL(clock.sleeps(), 2u);
  CAF_CHECK_EQUAL(clock.waiting(), 1001u);
}

CAF_TEST(an earlier message wakes the thread) {
  caf::scoped_actor self{system};
  self->delayed_send(self, 1h, 1);
  wait_until_it_sleeps(1);
  self->delayed_send(self, 1ms, 2);
  self->receive([](int x) { CAF_CHECK_EQUAL(x, 2); });
}

CAF_TEST(requests time out) {
  caf::scoped_actor self{system};
  auto mute = system.spawn([](caf::event_based_actor* x) -> caf::behavior {
    return {[x](int) { return x->make_response_promise(); }};
  });
  system.spawn([&](caf::event_based_actor* x) {
    x->request(mute, 1ms, 1)
      .then([](int) {},
            [x, to = caf::actor{self}](const caf::error& why) {
              x->send(to, why == caf::sec::request_timeout);
            });
  });
  self->receive([](bool in_time) { CAF_CHECK(in_time); });
  self->send_exit(mute, caf::exit_reason::kill);
}

CAF_TEST(only of actors that had a timeout the other clock hears the end) {
  counting_clock caf_clock;
  frugal_clock subject{caf_clock};
  caf::scoped_actor one{system};
  caf::scoped_actor two{system};
  subject.set_request_timeout(steady::now() + 1h, one.ptr(), caf::make_message_id());
  subject.cancel_timeouts(two.ptr());
  CAF_CHECK_EQUAL(caf_clock.ends, 0);
  subject.cancel_timeouts(one.ptr());
  subject.cancel_timeouts(one.ptr());
  CAF_CHECK_EQUAL(caf_clock.timeouts, 1);
  CAF_CHECK_EQUAL(caf_clock.ends, 1);
}

CAF_TEST(a clock that stops drops what is not due) {
  counting_clock caf_clock;
  frugal_clock subject{caf_clock};
  std::thread thread{[&] { subject.run(); }};
  auto to = caf::actor_cast<caf::strong_actor_ptr>(system.spawn(silent));
  subject.schedule_message(steady::now() + 1h, to,
                           caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, 1));
  CAF_CHECK_EQUAL(subject.waiting(), 1u);
  subject.stop();
  thread.join();
  CAF_CHECK_EQUAL(subject.waiting(), 0u);
  caf::anon_send_exit(caf::actor_cast<caf::actor>(to), caf::exit_reason::kill);
}

CAF_TEST_FIXTURE_SCOPE_END()
