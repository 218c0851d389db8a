#define CAF_SUITE semaphore_test

#include "atrium/actors/util/permit.hpp"

#include "caf/test/unit_test.hpp"

#include <thread>
#include <vector>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

unix_time at(int ms) {
  return unix_time{std::chrono::milliseconds{ms}};
}

struct told {
  unix_time from;
  unix_time to;

  bool operator==(const told&) const = default;
};

struct fixture {
  semaphore::teller into(std::vector<told>& out) {
    return [&out](unix_time from, unix_time to) { out.push_back({from, to}); };
  }

  semaphore subject{100};
  std::vector<told> ann;
  std::vector<told> bob;
};

} // namespace

CAF_TEST(a semaphore lets in as many as it has permits) {
  semaphore g{3};
  CAF_CHECK(g.try_acquire(2));
  CAF_CHECK(!g.try_acquire(2));
  CAF_CHECK(g.try_acquire(1));
  g.release(3);
  CAF_CHECK(g.try_acquire(100)); // alone, however large
  CAF_CHECK(!g.try_acquire(1));
}

CAF_TEST(a permit gives its permits back with its last copy) {
  auto g = std::make_shared<semaphore>(5);
  CAF_REQUIRE(g->try_acquire(4));
  {
    permit first{g, 4};
    auto second = first;
    first = {};
    CAF_CHECK_EQUAL(g->taken(), 4U);
  }
  CAF_CHECK_EQUAL(g->taken(), 0U);
}

CAF_TEST_FIXTURE_SCOPE(semaphore_tests, fixture)

CAF_TEST(places and what takes them are counted) {
  CAF_CHECK(subject.try_acquire(60, 3));
  CAF_CHECK(!subject.try_acquire(41));
  CAF_CHECK(subject.try_acquire(40));
  CAF_CHECK_EQUAL(subject.taken(), 100U);
  CAF_CHECK_EQUAL(subject.entries(), 4U);
  subject.release(60, 3);
  CAF_CHECK_EQUAL(subject.taken(), 40U);
  CAF_CHECK_EQUAL(subject.entries(), 1U);
}

CAF_TEST(what is larger than the semaphore passes alone) {
  CAF_CHECK(subject.try_acquire(1'000));
  CAF_CHECK(!subject.try_acquire(1));
  subject.release(1'000);
  CAF_CHECK(subject.try_acquire(1));
}

CAF_TEST(a permit gives back with its last copy) {
  auto shared = std::make_shared<semaphore>(100);
  CAF_REQUIRE(shared->try_acquire(70));
  auto first = std::make_unique<permit>(shared, 70);
  permit second{*first};
  first.reset();
  CAF_CHECK_EQUAL(shared->taken(), 70U);
  second = {};
  CAF_CHECK_EQUAL(shared->taken(), 0U);
}

CAF_TEST(who has missed something is told when half is free and nothing else comes) {
  CAF_REQUIRE(subject.try_acquire(50));
  CAF_REQUIRE(subject.try_acquire(50));
  subject.miss(1, at(5), at(6), into(ann));
  subject.miss(2, at(7), at(7), into(bob));
  subject.miss(1, at(3), at(4), into(ann));
  CAF_CHECK(ann.empty());
  subject.release(50);
  CAF_CHECK_EQUAL(ann.size(), 1U);
  CAF_CHECK(ann.front() == (told{at(3), at(6)}));
  CAF_CHECK(bob == std::vector<told>{(told{at(7), at(7)})});
  subject.release(50);
  CAF_CHECK_EQUAL(ann.size(), 1U);
}

CAF_TEST(who gets something through is told before that) {
  CAF_REQUIRE(subject.try_acquire(30));
  CAF_REQUIRE(subject.try_acquire(70));
  subject.miss(1, at(1), at(1), into(ann));
  subject.miss(2, at(1), at(1), into(bob));
  subject.release(30);
  CAF_REQUIRE(subject.try_acquire(10));
  subject.settle(1);
  CAF_CHECK_EQUAL(ann.size(), 1U);
  CAF_CHECK(bob.empty());
  subject.release(70);
  CAF_CHECK_EQUAL(ann.size(), 1U);
  CAF_CHECK_EQUAL(bob.size(), 1U);
}

CAF_TEST(who misses something when all has been handled is told at once) {
  subject.miss(1, at(1), at(2), into(ann));
  CAF_CHECK_EQUAL(ann.size(), 1U);
}

CAF_TEST(no hole is forgotten however the threads meet) {
  constexpr int rounds = 20'000;
  std::atomic<int> last_told = -1;
  int last_missed = -1;
  std::atomic<bool> done = false;
  CAF_REQUIRE(subject.try_acquire(100));
  std::thread handler{[&] {
    while (!done) {
      subject.release(100);
      while (!done && !subject.try_acquire(100))
        std::this_thread::yield();
    }
  }};
  for (int i = 0; i < rounds; ++i) {
    if (subject.try_acquire(100)) {
      subject.release(100);
      continue;
    }
    last_missed = i;
    subject.miss(1, at(i), at(i), [&](auto, auto to) {
      last_told = static_cast<int>(to.time_since_epoch().count());
    });
  }
  done = true;
  handler.join();
  while (subject.taken() != 0)
    subject.release(100);
  CAF_CHECK_EQUAL(last_told.load(), last_missed);
}

CAF_TEST_FIXTURE_SCOPE_END()
