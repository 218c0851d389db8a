#define CAF_SUITE events_test

#include "atrium/broker/event_sink.hpp"

#include "support/actor_fixture.hpp"

#include <fmt/core.h>
#include <stdexcept>

using namespace atrium;
using namespace atrium::test;

namespace {

/// Writes down what is reported.
class recording_sink final : public event_sink {
public:
  void report(backend_event x) override {
    constexpr const char* words[] = {"connected", "disconnected", "joined", "left", "letter"};
    seen.push_back(fmt::format("{} {}{}{}", words[static_cast<int>(x.what)], x.user,
                               x.room.empty() ? "" : " " + x.room,
                               x.code == 0 ? "" : " " + std::to_string(x.code)));
    events.push_back(std::move(x));
  }
  void resize(std::size_t) override {
    // nop
  }
  void stop(std::chrono::milliseconds) override {
    // nop
  }
  event_sink_stats stats() const override {
    return {};
  }

  lines take() {
    return std::exchange(seen, {});
  }

  lines seen;
  std::vector<backend_event> events;
};

class failing_room : public room_logic {
public:
  decision on_message(const member&, room_message&) override {
    throw std::runtime_error{"as the test wants"};
  }
};

room_types with_failing_rooms() {
  room_types result;
  result.add<failing_room>("failing");
  return result;
}

struct fixture : node_fixture {
  fixture() : node_fixture(with_failing_rooms()) {
    env->sink = sink;
  }

  void disconnect(const client& who, std::uint16_t code) {
    caf::anon_send(who.actor, disconnected{code});
    settle();
  }

  std::shared_ptr<recording_sink> sink = std::make_shared<recording_sink>();
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(events_tests, fixture)

CAF_TEST(a visit is reported) {
  auto ann = connect("ann");
  join(ann, "lobby");
  leave(ann, "lobby");
  disconnect(ann, 4001);
  CAF_CHECK_EQUAL(sink->take(), (lines{"connected ann", "joined ann lobby", "left ann lobby",
                                       "disconnected ann 4001"}));
  for (auto& x : sink->events) {
    CAF_CHECK_EQUAL(x.connection, ann.out->connection);
    CAF_CHECK(x.time == now);
  }
}

CAF_TEST(who goes leaves all rooms) {
  auto ann = connect("ann");
  join(ann, "a");
  join(ann, "b");
  sink->take();
  disconnect(ann, 0);
  auto told = sink->take();
  CAF_REQUIRE_EQUAL(told.size(), 3u);
  CAF_CHECK_EQUAL(told[0], "disconnected ann");
  std::sort(told.begin(), told.end());
  CAF_CHECK_EQUAL(told, (lines{"disconnected ann", "left ann a", "left ann b"}));
}

CAF_TEST(who has got no welcome is not reported) {
  wire->answers = false;
  auto ann = connect("ann");
  disconnect(ann, 1013);
  CAF_CHECK(sink->take().empty());
}

CAF_TEST(who is refused by a room has not joined) {
  env->limits.edit().members_per_room = 1;
  auto ann = connect("ann");
  auto bob = connect("bob");
  join(ann, "lobby");
  sink->take();
  join(bob, "lobby");
  CAF_CHECK(sink->take().empty());
}

CAF_TEST(a new actor of the user is no new connection) {
  auto ann = connect("ann");
  sink->take();
  caf::anon_send_exit(child_of_root(list_children{child_kind::user, {}, {}, 1}),
                      caf::exit_reason::kill);
  settle();
  CAF_CHECK(sink->take().empty());
}

CAF_TEST(with a room that is given up all members leave) {
  auto ann = connect("ann");
  auto bob = connect("bob", 1);
  join(ann, "failing");
  join(bob, "failing");
  sink->take();
  for (int i = 0; i < 50; ++i)
    publish(ann, "failing", "1");
  auto told = sink->take();
  std::sort(told.begin(), told.end());
  CAF_CHECK_EQUAL(told, (lines{"left ann failing", "left bob failing"}));
}

CAF_TEST_FIXTURE_SCOPE_END()
