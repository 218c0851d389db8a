#define CAF_SUITE hand_over_test

// What CAF promises about messages, for those that do not go through a mailbox.

#include "caf/test/unit_test.hpp"
#include "support/unit_fixture.hpp"

#include <caf/after.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

using namespace atrium;
using namespace atrium::test;

namespace {

using namespace std::chrono_literals;

struct fixture : unit_fixture {
  /// Writes down the numbers that it gets, and 0 when one ends that it watches.
  caf::actor spawn_watcher() {
    return spawn([this](pinned_probe& self) {
      self.set_down_handler([this](const caf::down_msg& x) {
        seen.push_back(0);
        reason = x.reason;
      });
      return caf::behavior{[this](int x) { seen.push_back(x); },
                           [&self](const caf::actor& x) { self.monitor(x); }};
    });
  }

  /// Asks `subject` for `x` on the thread, and writes down what comes back.
  caf::actor spawn_asker(const caf::actor& subject) {
    return spawn([this, subject](pinned_probe& self) {
      return caf::behavior{[this, subject, &self](int x) {
        self.request(subject, caf::infinite, x)
          .then([this](int y) { seen.push_back(y); },
                [this](caf::error& e) { errors.push_back(std::move(e)); });
      }};
    });
  }

  void end_all(std::initializer_list<caf::actor> all) {
    for (auto& x : all)
      end(x);
  }

  caf::error reason;
  std::vector<caf::error> errors;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(hand_over_tests, fixture)

CAF_TEST(the end of an actor is told behind what it has sent) {
  auto watcher = spawn_watcher();
  auto subject = spawn([&](pinned_probe& self) {
    return caf::behavior{[&](int x) {
      self.send(watcher, x);
      self.quit(caf::sec::invalid_argument);
      self.send(watcher, x + 1);
    }};
  });
  io.poll();
  caf::anon_send(watcher, subject);
  caf::anon_send(subject, 1);
  caf::anon_send(subject, 10); // the actor has ended when this has its turn
  io.poll();
  CAF_CHECK_EQUAL(seen, (std::vector{1, 2, 0}));
  CAF_CHECK_EQUAL(reason, caf::sec::invalid_argument);
  end(watcher);
}

CAF_TEST(one that is sent an exit handles what was sent before and nothing else) {
  auto watcher = spawn_watcher();
  auto subject = spawn_watcher();
  io.poll();
  caf::anon_send(watcher, subject);
  io.poll();
  caf::anon_send(subject, 1);
  caf::anon_send_exit(subject, caf::exit_reason::user_shutdown);
  caf::anon_send(subject, 2);
  io.poll();
  CAF_CHECK_EQUAL(seen, (std::vector{1, 0}));
  end(watcher);
}

CAF_TEST(an exception ends its actor and bounces what waits for that) {
  auto subject = spawn([](pinned_probe& self) {
    self.set_exception_handler(
      [](std::exception_ptr&) -> caf::error { return caf::sec::bad_function_call; });
    return caf::behavior{[](int x) -> int {
      if (x == 2)
        throw std::runtime_error("as the test wants");
      return x;
    }};
  });
  auto watcher = spawn_watcher();
  auto asker = spawn_asker(subject);
  io.poll();
  caf::anon_send(watcher, subject);
  for (int x = 1; x <= 4; ++x)
    caf::anon_send(asker, x);
  io.poll();
  CAF_CHECK_EQUAL(seen, (std::vector{1, 0}));
  CAF_CHECK_EQUAL(reason, caf::sec::bad_function_call);
  CAF_REQUIRE_EQUAL(errors.size(), 3U);
  CAF_CHECK_EQUAL(errors[0], caf::sec::bad_function_call);
  CAF_CHECK_EQUAL(errors[1], caf::sec::request_receiver_down);
  CAF_CHECK_EQUAL(errors[2], caf::sec::request_receiver_down);
  end_all({asker, watcher});
}

CAF_TEST(what waits in the mailbox bounces when a message without it is the last) {
  auto subject = spawn([](pinned_probe& self) {
    return caf::behavior{[&self](int x) {
      self.quit();
      return x;
    }};
  });
  auto asker = spawn_asker(subject);
  io.poll();
  caf::anon_send(subject, 1);
  elsewhere([&] { caf::anon_send(asker, 2); });
  elsewhere([&] { caf::anon_send(subject, 3); });
  io.poll();
  CAF_REQUIRE_EQUAL(errors.size(), 1U);
  CAF_CHECK_EQUAL(errors[0], caf::sec::request_receiver_down);
  end(asker);
}

CAF_TEST(a promise may be kept in a later turn and behind other messages) {
  caf::response_promise promise;
  auto subject = spawn([&](pinned_probe& self) {
    return caf::behavior{[&](int) {
                           promise = self.make_response_promise();
                           return promise;
                         },
                         [&](const std::string&) { promise.deliver(7); }};
  });
  auto asker = spawn_asker(subject);
  io.poll();
  caf::anon_send(asker, 1);
  io.poll();
  CAF_CHECK(seen.empty());
  caf::anon_send(subject, "now");
  caf::anon_send_exit(subject, caf::exit_reason::user_shutdown);
  io.poll();
  CAF_CHECK_EQUAL(seen, std::vector{7});
  CAF_CHECK(errors.empty());
  end(asker);
}

CAF_TEST(a request may be passed on to an actor elsewhere and back) {
  auto last = spawn([](pinned_probe&) { return caf::behavior{[](int x) { return x + 1; }}; });
  auto pool = sys.spawn([last](caf::event_based_actor* self) {
    return caf::behavior{[self, last](int x) { return self->delegate(last, x * 10); }};
  });
  auto subject = spawn([pool](pinned_probe& self) {
    return caf::behavior{[&self, pool](int x) { return self.delegate(pool, x + 1); }};
  });
  auto asker = spawn_asker(subject);
  caf::anon_send(asker, 1);
  while (seen.empty() && errors.empty())
    io.run_one();
  CAF_CHECK_EQUAL(seen, std::vector{21});
  caf::anon_send_exit(pool, caf::exit_reason::kill);
  end_all({asker, subject, last});
}

CAF_TEST(what an actor sends to itself comes behind what others have sent) {
  auto subject = spawn([&](pinned_probe& self) {
    return caf::behavior{[&](int x) {
      seen.push_back(x);
      if (x < 10)
        self.send(&self, x + 10);
    }};
  });
  io.poll();
  for (int x = 1; x <= 3; ++x)
    caf::anon_send(subject, x);
  io.poll();
  CAF_CHECK_EQUAL(seen, (std::vector{1, 2, 3, 11, 12, 13}));
  end(subject);
}

CAF_TEST(actors that answer each other for long need no more stack for that) {
  auto lowest = std::numeric_limits<std::uintptr_t>::max();
  std::uintptr_t highest = 0;
  caf::actor one;
  auto other_of = [&](caf::actor& other) {
    return spawn([&](pinned_probe& self) {
      return caf::behavior{[&](int x) {
        auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
        lowest = std::min(lowest, here);
        highest = std::max(highest, here);
        if (x > 0)
          self.send(other, x - 1);
        else
          seen.push_back(x);
      }};
    });
  };
  auto two = other_of(one);
  one = other_of(two);
  caf::anon_send(one, 20'000);
  while (seen.empty())
    io.run_one();
  CAF_CHECK_LESS(highest - lowest, 16'384U);
  end_all({one, two});
}

CAF_TEST(a behaviour that changes is that of what was handed over already) {
  auto subject = spawn([&](pinned_probe& self) {
    return caf::behavior{[&](int x) {
      seen.push_back(x);
      self.become([&](int y) { seen.push_back(-y); });
    }};
  });
  io.poll();
  for (int x = 1; x <= 3; ++x)
    caf::anon_send(subject, x);
  io.poll();
  CAF_CHECK_EQUAL(seen, (std::vector{1, -2, -3}));
  end(subject);
}

CAF_TEST(a timeout comes when nothing else does) {
  auto subject = spawn([&](pinned_probe& self) {
    return caf::behavior{[&](int x) {
      seen.push_back(x);
      auto idle = caf::after(100ms) >> [&] {
        seen.push_back(0);
        self.quit();
      };
      self.become([&](int y) { seen.push_back(y); }, idle);
    }};
  });
  io.poll();
  caf::anon_send(subject, 1);
  caf::anon_send(subject, 2);
  for (auto end = std::chrono::steady_clock::now() + 10s;
       seen.size() < 3 && std::chrono::steady_clock::now() < end;)
    io.poll();
  CAF_CHECK_EQUAL(seen, (std::vector{1, 2, 0}));
}

CAF_TEST(a message that is skipped comes again) {
  auto subject = spawn([&](pinned_probe& self) {
    self.set_default_handler(caf::skip);
    return caf::behavior{
      [&](const std::string&) { self.become([&](int x) { seen.push_back(x); }); }};
  });
  io.poll();
  caf::anon_send(subject, 1);
  caf::anon_send(subject, "now");
  io.poll();
  CAF_CHECK_EQUAL(seen, std::vector{1});
  end(subject);
}

CAF_TEST(urgent messages overtake none on the thread) {
  auto watcher = spawn_watcher();
  auto sender = spawn([&](pinned_probe& self) {
    return caf::behavior{[&](int x) {
      self.send(watcher, x);
      self.send<caf::message_priority::high>(watcher, x + 1);
    }};
  });
  io.poll();
  caf::anon_send(sender, 1);
  caf::anon_send(sender, 3);
  io.poll();
  CAF_CHECK_EQUAL(seen, (std::vector{1, 2, 3, 4}));
  end_all({sender, watcher});
}

CAF_TEST(what is put off comes once and may find nobody) {
  auto subject = spawn([&](pinned_probe& self) {
    return caf::behavior{[&](int x) {
      seen.push_back(x);
      if (x == 1)
        for (auto late : {2, 3})
          self.delayed_send(&self, late * 1ms, late);
      if (x == 2)
        self.quit();
    }};
  });
  auto watcher = spawn_watcher();
  io.poll();
  caf::anon_send(watcher, subject);
  caf::anon_send(subject, 1);
  while (seen.size() < 3)
    io.run_one();
  bool passed = false; // by then the third has come, too
  auto clock = spawn([&](pinned_probe& self) {
    self.delayed_send(&self, 5ms, 1);
    return caf::behavior{[&](int) { passed = true; }};
  });
  while (!passed)
    io.run_one();
  CAF_CHECK_EQUAL(seen, (std::vector{1, 2, 0}));
  end_all({clock, watcher});
}

CAF_TEST_FIXTURE_SCOPE_END()
