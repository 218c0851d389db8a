#define CAF_SUITE room_owner_store_test

#include "atrium/broker/memory/room_owner_store.hpp"

#include "caf/test/unit_test.hpp"
#include "support/subscriber_log.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t state_size = 10'000;

struct fixture {
  // Opens a room, and says a large state.
  void fill(const std::string& room) {
    CAF_REQUIRE(store.open(room, 1, 1h, now).result == fencing::passed);
    room_word what;
    what.number = 1;
    what.changes = {{"s", bytes(std::string(state_size, 's'))}};
    what.ttl = 1h;
    CAF_REQUIRE(store.would_pass(room, 1, 1, now));
    store.take(room, what, now);
  }

  room_owner_store::clock::time_point now{};
  room_owner_store store{4 * state_size};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(room_owner_store_tests, fixture)

CAF_TEST(over the bound the room that was quiet for longest loses its state and fence) {
  for (auto room : {"a", "b", "c"})
    fill(room);
  auto three = store.bytes();
  CAF_CHECK(three > 3 * state_size);
  CAF_CHECK(three < 4 * state_size);
  room_word what;
  what.number = 2;
  store.take("a", what, now); // now b is the oldest
  fill("d");
  CAF_CHECK_EQUAL(store.evicted(), 1u);
  CAF_CHECK_EQUAL(store.bytes(), three);
  CAF_CHECK(store.fence_of("b") == nullptr);
  CAF_CHECK(!store.would_pass("b", 1, 2, now));
  CAF_CHECK(store.would_pass("a", 1, 3, now));
  CAF_CHECK(store.open("b", 1, 1h, now).state.empty());
}

CAF_TEST(what fields take is given back when they change or go) {
  fill("a");
  auto one = store.bytes();
  room_word what{2, {{"s", bytes("short")}, {"other", bytes(std::string(state_size, 'o'))}}};
  store.take("a", what, now);
  CAF_CHECK(store.bytes() > one);
  CAF_CHECK(store.bytes() < one + 1'000);
  store.take("a", {3, {{"s", bytes(std::string(state_size, 's'))}, {"other", nullptr}}}, now);
  CAF_CHECK_EQUAL(store.bytes(), one);
  store.take("a", {4, {{"other", nullptr}}}, now);
  CAF_CHECK_EQUAL(store.bytes(), one);
}

CAF_TEST(a state lasts for its time after the last word) {
  fill("a");
  now += 59min;
  CAF_REQUIRE(store.would_pass("a", 1, 2, now));
  room_word what;
  what.number = 2;
  what.ttl = 1h;
  store.take("a", what, now);
  now += 59min;
  CAF_CHECK(store.would_pass("a", 1, 3, now));
  now += 1min;
  CAF_CHECK(!store.would_pass("a", 1, 3, now));
  CAF_CHECK_EQUAL(store.bytes(), 0u);
  CAF_CHECK(store.open("a", 1, 1h, now).state.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
