#define CAF_SUITE inbox_store_test

#include "atrium/broker/memory/inbox_store.hpp"

#include "caf/test/unit_test.hpp"
#include "support/inbox_medium.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

constexpr inbox_store::clock::time_point begin{1h};

inbox_store::moment at(std::chrono::seconds passed, std::int64_t wall = 5'000) {
  return {unix_time{std::chrono::milliseconds{wall}}, begin + passed};
}

inbox_entry message(const std::string& id, const std::string& data = "1") {
  return {bytes(packet_of(id, data)), id, false};
}

} // namespace

CAF_TEST(ids grow when the clock is set back and after a user was forgotten) {
  inbox_store store{{60s, 10, 1 << 20}};
  CAF_CHECK(store.put("ann", message("m1"), at(0s)).id == "5000-0");
  CAF_CHECK(store.put("ann", message("m2"), at(0s)).id == "5000-1");
  CAF_CHECK(store.put("ann", message("m3"), at(0s, 10)).id == "5000-2");
  CAF_CHECK(store.acknowledge("ann", "phone", "5000-2", at(0s)) == errc::none);
  store.sweep(at(1h));
  CAF_CHECK(!store.next_sweep());
  CAF_CHECK(store.put("ann", message("m4"), at(1h, 10)).id == "5000-3");
}

CAF_TEST(nothing expires by the clock of the machine) {
  inbox_store store{{60s, 10, 1 << 20}};
  store.put("ann", message("m1"), at(0s));
  store.sweep(at(59s, 1'000'000'000'000));
  CAF_CHECK_EQUAL(store.stats().dead, 0u);
  store.sweep(at(60s, 0));
  CAF_CHECK_EQUAL(store.stats().dead, 1u);
  CAF_CHECK_EQUAL(store.take_dead().size(), 1u);
}

CAF_TEST(over the bound dead letters go and then messages are refused) {
  inbox_store store{{60s, 1, 9'300}};
  const std::string data(2'000, '1');
  for (auto name : {"m1", "m2", "m3", "m4", "m5"})
    CAF_CHECK(store.put("ann", message(name, data), at(0s)).error == errc::none);
  CAF_CHECK(store.stats().evicted > 0);
  auto letters = store.list({}, at(0s));
  CAF_REQUIRE(!letters.letters.empty());
  CAF_CHECK_EQUAL(event_of(*letters.letters.back().packet), "m4");
  for (auto user : {"bob", "joe"})
    CAF_CHECK(store.put(user, message("m", data), at(0s)).error == errc::none);
  CAF_CHECK(store.list({}, at(0s)).letters.empty());
  CAF_CHECK(store.put("zoe", message("m", data), at(0s)).error == errc::bus_unavailable);
  CAF_CHECK_EQUAL(store.stats().failed, 1u);
  auto page = store.read({"ann", "phone"}, at(0s));
  CAF_CHECK(events(page) == lines{"m5"});
  // What is acknowledged makes room.
  store.acknowledge("ann", "phone", page.top, at(0s));
  CAF_CHECK(store.put("zoe", message("m", data), at(0s)).error == errc::none);
}

CAF_TEST(dead letters go after their time) {
  inbox_store store{{60s, 1, 1 << 20}};
  store.put("ann", message("m1"), at(0s));
  store.put("ann", message("m2"), at(0s));
  CAF_CHECK_EQUAL(store.list({}, at(59s)).letters.size(), 1u);
  store.sweep(at(61s));
  CAF_CHECK_EQUAL(store.list({}, at(dead_letter_lifetime - 1s)).letters.size(), 2u);
  CAF_CHECK_EQUAL(store.list({}, at(dead_letter_lifetime + 1s)).letters.size(), 1u);
  store.sweep(at(dead_letter_lifetime + 2min));
  CAF_CHECK(!store.next_sweep());
}

CAF_TEST(a user is known as long as a device is) {
  inbox_store store{{60s, 10, 1 << 20}};
  store.put("ann", message("m1"), at(0s));
  auto top = store.read({"ann", "phone"}, at(0s)).top;
  store.acknowledge("ann", "phone", top, at(50s));
  store.sweep(at(100s));
  CAF_CHECK(store.read({"ann", "phone"}, at(100s)).top == top);
  store.sweep(at(300s));
  CAF_CHECK(!store.next_sweep());
  CAF_CHECK(store.read({"ann", "phone"}, at(300s)).top == "0-0");
}

CAF_TEST(what is kept follows another time) {
  inbox_store store{{60s, 10, 1 << 20}};
  store.put("ann", message("m1"), at(0s));
  store.change({3'600s, 10, 1 << 20});
  store.sweep(at(61s));
  CAF_CHECK_EQUAL(store.stats().dead, 0u);
  CAF_CHECK(store.next_sweep() == begin + 3'600s);
  store.change({60s, 10, 1 << 20});
  store.put("ann", message("m2"), at(100s));
  CAF_CHECK(store.next_sweep() <= begin + 100s);
  store.sweep(at(100s));
  CAF_CHECK_EQUAL(store.stats().dead, 1u);
  CAF_CHECK(events(store.read({"ann", "phone"}, at(100s))) == lines{"m2"});
}

CAF_TEST(a lower bound in bytes is reached step by step) {
  inbox_store store{{60s, 1, 1 << 20}};
  const std::string data(2'000, '1');
  for (int i = 0; i < 101; ++i)
    store.put("ann", message("m", data), at(0s));
  store.change({60s, 1, 20'000});
  dead_letter_query all;
  all.limit = 200;
  CAF_CHECK_EQUAL(store.list(all, at(0s)).letters.size(), 100u);
  std::size_t before = 100;
  for (int i = 0; i < 4; ++i) {
    CAF_CHECK(store.put("ann", message("m"), at(0s)).error == errc::none);
    auto left = store.list(all, at(0s)).letters.size();
    CAF_CHECK(left < before && before - left < 40);
    before = left;
  }
  CAF_CHECK(before < 15);
  CAF_CHECK(store.put("bob", message("m", std::string(20'000, '1')), at(0s)).error
            == errc::bus_unavailable);
  CAF_CHECK(events(store.read({"ann", "phone"}, at(0s))) == lines{"m"});
}

CAF_TEST(many messages too many are given up over several messages) {
  inbox_store store{{60s, 1'000, 1 << 20}};
  for (int i = 0; i < 350; ++i)
    store.put("ann", message("m"), at(0s));
  store.change({60s, 10, 1 << 20});
  for (auto dead : {100u, 200u, 300u, 344u}) {
    store.put("ann", message("m"), at(0s));
    CAF_CHECK_EQUAL(store.stats().dead, dead);
  }
}
