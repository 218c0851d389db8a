#define CAF_SUITE health_test

#include "atrium/net/monitoring/health.hpp"

#include "support/actor_fixture.hpp"

using namespace atrium;
using namespace std::chrono_literals;

namespace {

/// A node of one part and one bus, which answer when the test lets them.
struct fixture {
  fixture() {
    life->advance(node_phase::running);
    auto bus = std::make_unique<bus_probe>(wire, "probe", "run");
    auto ask = [this](auto probe) {
      ++asked;
      if (part_answers)
        probe->answer();
    };
    subject = std::make_unique<health>(
      std::vector<health::part>{part("lane-0", ask)}, std::move(bus), life,
      [this] { return limit_reached; }, [this] { return now; });
  }

  health::part part(std::string name, health::question ask) {
    return {std::move(name), std::move(ask), std::make_shared<liveness_probe>(),
            [this] { return is_held_up; }};
  }

  void tick_after(std::chrono::milliseconds time) {
    now += time;
    subject->tick();
  }

  health::clock::time_point now{1h};
  bool part_answers = true;
  bool is_held_up = false;
  std::string limit_reached;
  int asked = 0;
  std::shared_ptr<test::scripted_bus> wire = std::make_shared<test::scripted_bus>();
  std::shared_ptr<node_life> life = std::make_shared<node_life>();
  std::unique_ptr<health> subject;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(health_tests, fixture)

CAF_TEST(a node is ready once it has heard itself) {
  now += 1500ms;
  CAF_CHECK_EQUAL(subject->ready().json,
                  R"({"ready":false,"checks":{"accepting":{"ok":true},"staying":{"ok":true},)"
                  R"("bus":{"ok":false,"reason":"no echo for 1.5 s"}}})");
  subject->tick();
  CAF_CHECK_EQUAL(subject->ready().json,
                  R"({"ready":true,"checks":{"accepting":{"ok":true},"staying":{"ok":true},)"
                  R"("bus":{"ok":true}}})");
}

CAF_TEST(a bus that refuses messages makes a node unready after five seconds) {
  subject->tick();
  wire->result.error = errc::bus_unavailable;
  for (int i = 0; i < 5; ++i)
    tick_after(1s);
  CAF_CHECK(subject->ready().ok);
  tick_after(1s);
  CAF_CHECK(!subject->ready().ok);
  wire->result.error = errc::none;
  tick_after(1s);
  CAF_CHECK(subject->ready().ok);
  CAF_CHECK(subject->live().ok);
}

CAF_TEST(where nothing comes back another channel is tried) {
  subject->tick();
  wire->subscribed.clear();
  for (int i = 0; i < 6; ++i)
    tick_after(1s);
  CAF_CHECK(subject->ready().ok);
  CAF_REQUIRE_EQUAL(wire->subscribed.size(), 1u);
  CAF_CHECK_EQUAL(wire->subscribed.front().first, "prob.1e"); // within the braces
}

CAF_TEST(echoes of others prove nothing) {
  wire->result.error = errc::bus_unavailable;
  subject->tick();
  wire->deliver("probe", std::make_shared<const std::string>("other 3600000000000"));
  wire->deliver("probe", std::make_shared<const std::string>("run"));
  wire->deliver("probe", std::make_shared<const std::string>("run x"));
  CAF_CHECK(!subject->ready().ok);
}

CAF_TEST(an echo counts from when it was called) {
  auto late = "run " + std::to_string(now.time_since_epoch().count());
  now += 6s;
  wire->deliver("probe", std::make_shared<const std::string>(late));
  CAF_CHECK(!subject->ready().ok);
}

CAF_TEST(a silent part makes a node sick after two seconds) {
  part_answers = false;
  subject->tick();
  tick_after(2s);
  CAF_CHECK(subject->live().ok);
  tick_after(500ms);
  CAF_CHECK_EQUAL(
    subject->live().json,
    R"({"healthy":false,"checks":{"lane-0":{"ok":false,"reason":"no answer for 2.5 s"}}})");
}

CAF_TEST(a part that others hold up makes a node unready and not sick) {
  part_answers = false;
  is_held_up = true;
  subject->tick();
  tick_after(2500ms);
  CAF_CHECK(subject->live().ok);
  CAF_CHECK(subject->ready().json.find(R"("accepting":{"ok":false,"reason":"lane-0 has not )"
                                       R"(answered for 2.5 s"})")
            != std::string::npos);
}

CAF_TEST(a node that lets nobody in is not ready and says why) {
  subject->tick();
  CAF_CHECK(subject->ready().ok);
  limit_reached = "as many are connected as may be";
  CAF_CHECK(!subject->ready().ok);
  CAF_CHECK(subject->ready().json.find(limit_reached) != std::string::npos);
  CAF_CHECK(subject->live().ok);
  limit_reached.clear();
  CAF_CHECK(subject->ready().ok);
}

CAF_TEST(a silent part is asked once) {
  part_answers = false;
  for (int i = 0; i < 5; ++i)
    tick_after(1s);
  CAF_CHECK_EQUAL(asked, 1);
}

CAF_TEST(whoever goes away is healthy but not ready) {
  subject->tick();
  life->advance(node_phase::draining);
  CAF_CHECK(subject->live().ok);
  CAF_CHECK_EQUAL(subject->ready().json,
                  R"({"ready":false,"checks":{"accepting":{"ok":true},)"
                  R"("staying":{"ok":false,"reason":"the node is draining"},"bus":{"ok":true}}})");
  life->advance(node_phase::stopping);
  CAF_CHECK(subject->ready().json.find(R"("accepting":{"ok":false)") != std::string::npos);
}

CAF_TEST_FIXTURE_SCOPE_END()
