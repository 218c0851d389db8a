#define CAF_SUITE handoff_test

#include "atrium/broker/util/handoff.hpp"

#include "caf/test/unit_test.hpp"
#include "support/posted_turn.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <thread>
#include <vector>

using namespace atrium;

namespace {

/// A context with a thread of its own, as a node's bus has it.
struct fixture {
  ~fixture() {
    work.reset();
    thread.join();
  }

  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
  std::thread thread{[this] { io.run(); }};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(handoff_tests, fixture)

CAF_TEST(what is left wakes the thread once and is taken together) {
  std::vector<int> taken;
  int wakes = 0;
  handoff<std::vector<int>>* subject = nullptr;
  handoff<std::vector<int>> numbers{io, [&] {
                                      ++wakes;
                                      taken = subject->take();
                                    }};
  subject = &numbers;
  run_on(io, [&] { // keeps the thread from looking before all are there
    for (auto x : {1, 2, 3})
      CAF_CHECK(numbers.leave([x](auto& to) {
        to.push_back(x);
        return true;
      }));
  });
  CAF_CHECK_EQUAL(wakes, 1);
  CAF_CHECK_EQUAL(taken, (std::vector<int>{1, 2, 3}));
  CAF_CHECK(numbers.close());
  CAF_CHECK(!numbers.close());
  CAF_CHECK(!numbers.leave([](auto& to) {
    to.push_back(4);
    return true;
  }));
}

CAF_TEST(what is left next uses the room that it was given) {
  constexpr std::size_t room = 100;
  handoff<std::vector<int>> numbers{io, [] {}};
  std::vector<int> emptied;
  emptied.reserve(room);
  auto* memory = emptied.data();
  CAF_CHECK(numbers.take(std::move(emptied)).empty());
  CAF_CHECK(numbers.leave([](auto& to) {
    to.push_back(1);
    return true;
  }));
  auto taken = numbers.take();
  CAF_CHECK_EQUAL(taken, std::vector<int>{1});
  CAF_CHECK_EQUAL(taken.data(), memory);
  run_on(io, [] {}); // the thread has been woken, and needs the handoff for that
}

// On a thread with turns the end of the turn is soon enough, and shared with others.
CAF_TEST(what the thread itself leaves is taken when its turn ends) {
  posted_turn turns{io};
  std::vector<int> order;
  handoff<std::vector<int>>* subject = nullptr;
  handoff<std::vector<int>> numbers{io,
                                    [&] {
                                      for (auto x : subject->take())
                                        order.push_back(x);
                                    },
                                    &turns};
  subject = &numbers;
  auto leave = [&](int x) {
    CAF_CHECK(numbers.leave([x](auto& to) {
      to.push_back(x);
      return true;
    }));
  };
  run_on(io, [&] {
    turns.enter_thread();
    leave(1);
    std::thread{[&] { leave(2); }}.join();
    leave(3);
    CAF_CHECK(order.empty()); // never at once
    boost::asio::post(io, [&] { order.push_back(0); });
  });
  run_on(io, [] {});
  CAF_CHECK_EQUAL(order, (std::vector<int>{1, 2, 3, 0}));
  CAF_CHECK(numbers.close());
}

// Whoever stops by it destroys what its timers refer to.
CAF_TEST(run_on returns after the handlers that were cancelled) {
  for (int i = 0; i < 100; ++i) {
    boost::asio::steady_timer timer{io};
    bool is_cancelled = false;
    run_on(io, [&] {
      timer.expires_after(std::chrono::hours{1});
      timer.async_wait([&](boost::system::error_code) { is_cancelled = true; });
    });
    run_on(io, [&] { timer.cancel(); });
    CAF_REQUIRE(is_cancelled);
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
