#define CAF_SUITE event_log_test

#include "atrium/actors/util/event_log.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;

namespace {

node_event event(std::string name) {
  return {node_event::kind::joined, "room", std::move(name), {}, {}, {}, 0};
}

} // namespace

CAF_TEST(nothing is made while nobody reads) {
  event_log log;
  log.record([] {
    CAF_ERROR("made for nobody");
    return event("x");
  });
  CAF_CHECK(!log.is_read());
  CAF_CHECK_EQUAL(log.read(0).events.size(), 0u);
}

CAF_TEST(who reads gets what comes after) {
  event_log log;
  auto next = log.read(0).next;
  log.record([] { return event("a"); });
  log.record([] { return event("b"); });
  auto first = log.read(next);
  CAF_REQUIRE_EQUAL(first.events.size(), 2u);
  CAF_CHECK_EQUAL(first.events[0].name, "a");
  CAF_CHECK_EQUAL(first.events[0].number, next);
  CAF_CHECK_EQUAL(first.missed, 0u);
  CAF_CHECK_EQUAL(log.read(first.next).events.size(), 0u);
  CAF_CHECK_EQUAL(log.read(next + 1).events.size(), 1u);
}

CAF_TEST(who reads too seldom is told how many went by) {
  event_log log;
  auto next = log.read(0).next;
  for (std::size_t i = 0; i < event_log::capacity + 5; ++i)
    log.record([&] { return event(std::to_string(i)); });
  auto page = log.read(next);
  CAF_CHECK_EQUAL(page.missed, 5u);
  CAF_CHECK_EQUAL(page.events.size(), event_log::capacity);
  CAF_CHECK_EQUAL(page.events.front().name, "5");
}

CAF_TEST(a number of another run begins anew) {
  event_log log;
  log.read(0);
  log.record([] { return event("a"); });
  auto page = log.read(1'000'000);
  CAF_CHECK_EQUAL(page.events.size(), 0u);
  CAF_CHECK_EQUAL(page.next, 2u);
}
