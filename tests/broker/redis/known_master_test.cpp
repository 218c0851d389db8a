#define CAF_SUITE known_master_test

#include "atrium/broker/redis/known_master.hpp"

#include "caf/test/unit_test.hpp"

#include <ostream>

using namespace atrium;
using namespace std::chrono_literals;

namespace atrium {

std::ostream& operator<<(std::ostream& out, known_master::verdict x) {
  return out << static_cast<int>(x);
}

} // namespace atrium

namespace {

using verdict = known_master::verdict;

const redis_host ann{"10.0.0.1", 6379};
const redis_host bob{"10.0.0.2", 6379};
const redis_host cid{"10.0.0.3", 6379};

constexpr known_master::steady start{};

} // namespace

CAF_TEST(what is heard first is no move) {
  known_master subject;
  CAF_CHECK(!subject.on_move(ann, bob, start));
  CAF_CHECK(subject.get().name.empty());
  CAF_CHECK_EQUAL(subject.on_answer(ann, 7, start), verdict::same);
  CAF_CHECK(subject.get() == ann);
}

CAF_TEST(an answer of a later epoch moves the master) {
  known_master subject;
  subject.on_answer(ann, 7, start);
  CAF_CHECK_EQUAL(subject.on_answer(bob, 8, start), verdict::moved);
  CAF_CHECK_EQUAL(subject.on_answer(bob, 8, start), verdict::same);
  CAF_CHECK(subject.get() == bob);
}

CAF_TEST(a sentinel that is behind moves nothing back) {
  known_master subject;
  subject.on_answer(ann, 7, start);
  CAF_CHECK(subject.on_move(ann, bob, start));
  CAF_CHECK_EQUAL(subject.on_answer(ann, 7, start + 1s), verdict::outdated);
  CAF_CHECK_EQUAL(subject.on_answer(bob, 9, start + 2s), verdict::same);
  // It is two failovers behind.
  CAF_CHECK_EQUAL(subject.on_answer(cid, 8, start + 3s), verdict::outdated);
  CAF_CHECK(subject.get() == bob);
}

CAF_TEST(a master may come back) {
  known_master subject;
  subject.on_answer(ann, 7, start);
  CAF_CHECK(subject.on_move(ann, bob, start));
  CAF_CHECK(subject.on_move(bob, ann, start + 1s));
  CAF_CHECK(subject.get() == ann);
  CAF_CHECK_EQUAL(subject.on_answer(bob, 8, start + 2s), verdict::outdated);
  CAF_CHECK_EQUAL(subject.on_answer(bob, 10, start + 3s), verdict::moved);
}

CAF_TEST(a move between others is no news by itself) {
  known_master subject;
  subject.on_answer(ann, 7, start);
  CAF_CHECK(!subject.on_move(bob, cid, start));
  CAF_CHECK(!subject.on_move(ann, ann, start));
  CAF_CHECK(subject.get() == ann);
}

CAF_TEST(sentinels that were set up anew are believed after a while) {
  known_master subject;
  subject.on_answer(ann, 7, start);
  subject.on_answer(ann, 7, start + 10s);
  auto late = start + 10s + known_master::trust;
  CAF_CHECK_EQUAL(subject.on_answer(bob, 0, late - 1ms), verdict::outdated);
  CAF_CHECK_EQUAL(subject.on_answer(bob, 0, late), verdict::moved);
  CAF_CHECK_EQUAL(subject.on_answer(cid, 1, late), verdict::moved);
}

CAF_TEST(sentinels that tell no epoch are believed one after the other) {
  known_master subject;
  subject.on_answer(ann, 0, start);
  CAF_CHECK_EQUAL(subject.on_answer(bob, 0, start), verdict::moved);
  CAF_CHECK(subject.on_move(bob, ann, start));
  CAF_CHECK_EQUAL(subject.on_answer(bob, 0, start), verdict::outdated);
}
CAF_TEST(a master that serves is not left for an older epoch) {
  known_master subject;
  subject.on_answer(ann, 7, start);
  auto late = start + 2 * known_master::trust;
  CAF_CHECK_EQUAL(subject.on_answer(bob, 6, late, true), verdict::outdated);
  CAF_CHECK_EQUAL(subject.on_answer(bob, 8, late, true), verdict::moved);
  CAF_CHECK_EQUAL(subject.on_answer(ann, 7, late + known_master::trust), verdict::moved);
}
