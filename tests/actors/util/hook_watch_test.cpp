#define CAF_SUITE hook_watch_test

#include "atrium/actors/util/hook_watch.hpp"

#include "caf/test/unit_test.hpp"

#include <thread>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

constexpr hook_watch::clock::time_point start{1'000h};

} // namespace

CAF_TEST(a hook is late until it returns) {
  hook_watch subject;
  const std::string room = "lobby";
  {
    auto hook = subject.begin(room, start);
    CAF_CHECK(subject.late(2s, start + 1999ms).empty());
    auto late = subject.late(2s, start + 2s);
    CAF_REQUIRE_EQUAL(late.size(), 1U);
    CAF_CHECK_EQUAL(late[0].room, "lobby");
    CAF_CHECK(late[0].time == 2s);
  }
  CAF_CHECK(subject.late(2s, start + 1h).empty());
}

CAF_TEST(a hook within a hook counts as the outer one) {
  hook_watch subject;
  const std::string outer = "outer";
  const std::string inner = "inner";
  auto first = subject.begin(outer, start);
  {
    auto second = subject.begin(inner, start);
    CAF_CHECK_EQUAL(subject.late(0s, start).size(), 1U);
  }
  auto late = subject.late(0s, start);
  CAF_REQUIRE_EQUAL(late.size(), 1U);
  CAF_CHECK_EQUAL(late[0].room, "outer");
}

CAF_TEST(each thread has its own) {
  hook_watch subject;
  const std::string here = "here";
  const std::string there = "there";
  auto hook = subject.begin(here, start);
  std::thread{[&] {
    auto other = subject.begin(there, start);
    CAF_CHECK_EQUAL(subject.late(0s, start).size(), 2U);
  }}.join();
  CAF_CHECK_EQUAL(subject.late(0s, start).size(), 1U);
}

CAF_TEST(news come more and more seldom) {
  hook_watch subject;
  const std::string room = "lobby";
  auto hook = subject.begin(room, start);
  std::vector<int> told;
  for (int second = 0; second < 40; ++second)
    if (!subject.newly_late(2s, start + std::chrono::seconds{second}).empty())
      told.push_back(second);
  CAF_CHECK_EQUAL(told, (std::vector<int>{2, 4, 8, 16, 32}));
}
