#define CAF_SUITE memory_log_test

#include "atrium/broker/memory/memory_log.hpp"

#include "caf/test/unit_test.hpp"
#include "support/history_probe.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

using numbers = std::vector<std::uint64_t>;
using time_point = memory_log::clock::time_point;

constexpr auto minute = history_rule{10, 60s};

log_entry large(const std::string& id, history_rule rule = hundred) {
  return {bytes(std::string(1'000, 'x')), rule, id, false};
}

history_query everything(history_rule rule = hundred) {
  return {rule, std::nullopt, 1'000, 1 << 20};
}

struct fixture {
  position append(const std::string& channel, log_entry what) {
    return log.append(channel, std::move(what), now).at;
  }

  numbers found(const std::string& channel) {
    return offsets(log.read(channel, everything(), now));
  }

  time_point now{1h};
  memory_log log{100'000};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(memory_log_tests, fixture)

CAF_TEST(the channel that was quiet for longest gives way) {
  for (int i = 0; i < 40; ++i)
    append("old", large("m"));
  for (int i = 0; i < 40; ++i)
    append("new", large("m"));
  append("old", large("m")); // no longer the quiet one
  CAF_CHECK_EQUAL(log.stats().evicted, 0u);
  for (int i = 0; i < 40; ++i)
    append("old", large("m"));
  auto stats = log.stats();
  CAF_CHECK(stats.evicted > 0);
  CAF_CHECK(stats.bytes <= 100'000u && stats.bytes > 98'000u);
  CAF_CHECK_EQUAL(found("old").size(), 81u);
  auto left = found("new");
  CAF_CHECK_EQUAL(left.size() + stats.evicted, 40u);
  CAF_CHECK_EQUAL(left.back(), 40u); // the oldest of its messages went
}

CAF_TEST(who has given way keeps its numbers) {
  auto at = append("quiet", large("m"));
  for (int i = 0; i < 120; ++i)
    append("busy", large("m"));
  CAF_CHECK(found("quiet").empty());
  CAF_CHECK(!log.read("quiet", since(at.epoch, 1), now).is_lost);
  auto page = log.read("quiet", since(at.epoch, 0), now);
  CAF_CHECK(page.is_lost);
  CAF_CHECK_EQUAL(page.floor, 1u);
  CAF_CHECK(append("quiet", entry("m")) == (position{at.epoch, 2}));
}

CAF_TEST(a message that fits in nowhere has a number) {
  memory_log small{1'000};
  auto at = small.append("room", large("m"), now).at;
  CAF_CHECK_EQUAL(at.offset, 1u);
  CAF_CHECK(small.read("room", everything(), now).messages.empty());
  CAF_CHECK_EQUAL(small.stats().evicted, 1u);
}

CAF_TEST(names of many channels have a bound too) {
  for (int i = 0; i < 10'000; ++i)
    log.read("room" + std::to_string(i), where_it_is(), now);
  for (int i = 0; i < 10; ++i)
    append("room", large("m"));
  CAF_CHECK(log.stats().bytes <= 100'000u);
  CAF_CHECK(found("room").empty()); // messages go before names
}

CAF_TEST(what is over is let go without a question) {
  for (int i = 0; i < 20; ++i)
    append("room" + std::to_string(i), entry("m", minute));
  auto full = log.stats().bytes;
  now += 61s;
  for (int i = 0; i < 10; ++i)
    append("other", entry("m", minute));
  CAF_CHECK(log.stats().bytes < full);
  auto numbers_only = log.stats().bytes;
  now += 25h;
  for (int i = 0; i < 10; ++i)
    append("other", entry("m", minute));
  CAF_CHECK(log.stats().bytes < numbers_only / 2);
  CAF_CHECK_EQUAL(log.stats().evicted, 0u);
}

CAF_TEST(a question keeps the numbers of a quiet channel) {
  auto at = append("room", entry("m", minute));
  for (int day = 0; day < 3; ++day) {
    now += 20h;
    CAF_CHECK(log.read("room", since(at.epoch, 1), now).top == at);
  }
  now += 30h;
  append("other", entry("m", minute));
  CAF_CHECK(log.read("room", where_it_is(), now).top.epoch != at.epoch);
}

CAF_TEST(an id is known for five minutes) {
  auto at = append("room", chosen("a"));
  now += 4min;
  auto again = log.append("room", chosen("a"), now);
  CAF_CHECK(again.is_known);
  CAF_CHECK(again.at == at);
  now += 2min;
  CAF_CHECK(!log.append("room", chosen("a"), now).is_known);
  CAF_CHECK_EQUAL(log.stats().duplicates, 1u);
}

CAF_TEST(the ids that are known have a bound) {
  append("room", chosen("first"));
  for (int i = 0; i < 1'000; ++i)
    append("room", chosen(std::to_string(i)));
  CAF_CHECK(log.append("room", chosen("999"), now).is_known);
  CAF_CHECK(!log.append("room", chosen("first"), now).is_known);
}

CAF_TEST(an id belongs to its channel) {
  recent_ids ids{10'000};
  ids.add("room", "a", {"old", 7}, now);
  CAF_REQUIRE(ids.find("room", "a", now) != nullptr);
  CAF_CHECK_EQUAL(ids.find("room", "a", now)->offset, 7u);
  CAF_CHECK(ids.find("roo", "ma", now) == nullptr);
  CAF_CHECK(ids.find("room", "a", now + recent_ids::lifetime) == nullptr);
}

CAF_TEST(a lower bound is reached over some messages) {
  for (int i = 0; i < 80; ++i)
    append("a", large("m"));
  log.resize(5'000);
  CAF_CHECK_EQUAL(found("a").size(), 80u);
  append("a", large("m"));
  auto left = found("a").size();
  CAF_CHECK(left > 5 && left < 30);
  append("a", large("m"));
  append("b", large("m"));
  CAF_CHECK(log.stats().bytes <= 5'000u);
  CAF_CHECK_EQUAL(found("b").size(), 1u);
  log.resize(100'000);
  for (int i = 0; i < 40; ++i)
    append("b", large("m"));
  CAF_CHECK_EQUAL(found("b").size(), 41u);
}

CAF_TEST_FIXTURE_SCOPE_END()
