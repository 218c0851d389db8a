#define CAF_SUITE lane_meter_test

#include "atrium/actors/backlogs.hpp"
#include "atrium/actors/requests.hpp"
#include "atrium/actors/util/directory_counters.hpp"
#include "atrium/actors/util/lane_meter.hpp"

#include "support/actor_fixture.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

/// Says something to the newcomer and to everybody, on its own.
class host_room final : public room_logic {
  decision on_join(const member& who) override {
    tell(who, "\"hello\"");
    return decision::accept();
  }
  void on_leave(const member&) override {
    publish("\"bye\"");
  }
};

struct fixture : node_fixture {
  fixture() : node_fixture(room_types{}.add<host_room>("host:*")) {
    // nop
  }

  lane_meter& meter(std::size_t lane) {
    return *env->lanes[lane].meter;
  }

  lane_counters& counters(std::size_t lane = 0) {
    return meter(lane).counters();
  }

  std::uint64_t deliveries(scope to, std::size_t lane = 0) {
    return counters(lane).deliveries[to].value();
  }

  void flush() {
    meter(0).flushed();
    meter(1).flushed();
  }

  static std::uint64_t measured(const latency_histogram& x) {
    std::uint64_t result = 0;
    for (std::size_t i = 0; i <= latency_histogram::bounds.size(); ++i)
      result += x.count(i);
    return result;
  }

  std::string packet(const std::string& connection, std::string_view run = {}) {
    envelope x;
    x.event_id = "1";
    x.target = "r";
    x.time = now;
    x.data = "5";
    if (!connection.empty())
      x.from = sender{"zoe", connection};
    return encode_packet(x, false, run);
  }

  /// Lets a packet arrive in room `r`.
  void arrive(std::string bytes) {
    wire->deliver(room_channel("r"), std::make_shared<const std::string>(std::move(bytes)));
    settle();
  }
};

} // namespace

CAF_TEST(nothing is measured before it is written) {
  unix_time now{10s};
  lane_meter subject{[&] { return now; }};
  subject.delivered(scope::room, {unix_time{9990ms}, message_source::place::here}, 4);
  CAF_CHECK_EQUAL(subject.counters().deliveries[scope::room].value(), 4U);
  CAF_CHECK_EQUAL(fixture::measured(subject.counters().local), 0U);
  now += 20ms;
  subject.flushed();
  subject.flushed();
  CAF_CHECK_EQUAL(fixture::measured(subject.counters().local), 4U);
  CAF_CHECK(subject.counters().local.sum() == 120ms);
  CAF_CHECK_EQUAL(fixture::measured(subject.counters().remote), 0U);
}

CAF_TEST(what waits to be measured is bounded) {
  unix_time now{1h};
  lane_meter subject{[&] { return now; }};
  constexpr std::uint64_t count = 10'000;
  for (std::uint64_t i = 0; i < count; ++i)
    subject.delivered(scope::all,
                      {now - std::chrono::milliseconds{i}, message_source::place::elsewhere}, 2);
  auto early = fixture::measured(subject.counters().remote);
  CAF_CHECK(early > 0 && early < 2 * count);
  subject.flushed();
  CAF_CHECK_EQUAL(fixture::measured(subject.counters().remote), 2 * count);
}

CAF_TEST_FIXTURE_SCOPE(lane_meter_tests, fixture)

CAF_TEST(each lane counts what its own connections get) {
  auto ann = connect("ann", 0);
  auto bob = connect("bob", 0);
  auto eve = connect("eve", 1);
  for (auto& x : {ann, bob, eve})
    join(x, "r");
  publish(ann, "r", "1");
  request(ann, publish_request{"4", "r", "2", {}, {}, false}); // without echo
  CAF_CHECK_EQUAL(deliveries(scope::room, 0), 3U);
  CAF_CHECK_EQUAL(deliveries(scope::room, 1), 2U);
  request(ann, send_request{"5", "eve", "1", {}, {}});
  request(ann, broadcast_request{"6", "1", {}, {}});
  CAF_CHECK_EQUAL(deliveries(scope::user, 0), 0U);
  CAF_CHECK_EQUAL(deliveries(scope::user, 1), 1U);
  CAF_CHECK_EQUAL(deliveries(scope::all, 0), 2U);
  CAF_CHECK_EQUAL(deliveries(scope::all, 1), 1U);
  flush();
  CAF_CHECK_EQUAL(measured(counters(0).local), 5U);
  CAF_CHECK_EQUAL(measured(counters(1).local), 4U);
  CAF_CHECK_EQUAL(measured(counters(0).remote), 0U);
}

CAF_TEST(requests count when the bus has taken them) {
  auto ann = connect("ann");
  join(ann, "r");
  publish(ann, "r", "1");
  publish(ann, "elsewhere", "1"); // not a member
  wire->result.error = errc::bus_unavailable;
  publish(ann, "r", "1");
  request(ann, broadcast_request{"6", "1", {}, {}});
  wire->result.error = errc::none;
  request(ann, send_request{"5", "nobody", "1", {}, {}});
  request(ann, broadcast_request{"6", "1", {}, {}});
  for (auto to : {scope::room, scope::user, scope::all})
    CAF_CHECK_EQUAL(counters().messages[to].value(), 1U);
}

CAF_TEST(who is on the way out gets no delivery) {
  auto ann = connect("ann");
  auto bob = connect("bob");
  join(ann, "r");
  join(bob, "r");
  bob.out->going = true;
  publish(ann, "r", "1");
  request(ann, send_request{"5", "bob", "1", {}, {}});
  request(ann, broadcast_request{"6", "1", {}, {}});
  CAF_CHECK_EQUAL(deliveries(scope::room), 1U);
  CAF_CHECK_EQUAL(deliveries(scope::user), 0U);
  CAF_CHECK_EQUAL(deliveries(scope::all), 1U);
}

CAF_TEST(the sender tells this node from others) {
  auto ann = connect("ann");
  join(ann, "r");
  arrive(packet(env->run_id + "-1"));
  arrive(packet(env->run_id + "2-1"));
  arrive(packet("other-1"));
  flush();
  CAF_CHECK_EQUAL(measured(counters().local), 1U);
  CAF_CHECK_EQUAL(measured(counters().remote), 2U);
}

CAF_TEST(without a sender the header tells it) {
  auto ann = connect("ann");
  join(ann, "r");
  arrive(packet({}, env->run_id));
  arrive(packet({}, "other"));
  arrive(packet({}));
  flush();
  CAF_CHECK_EQUAL(deliveries(scope::room), 3U);
  CAF_CHECK_EQUAL(measured(counters().local), 1U);
  CAF_CHECK_EQUAL(measured(counters().remote), 1U);
}

CAF_TEST(what a room says by itself is of this node) {
  auto ann = connect("ann");
  auto bob = connect("bob");
  join(ann, "host:1");
  join(bob, "host:1");
  CAF_CHECK_EQUAL(deliveries(scope::room), 2U);
  leave(bob, "host:1");
  CAF_CHECK_EQUAL(deliveries(scope::room), 3U);
  flush();
  CAF_CHECK_EQUAL(measured(counters().local), 3U);
}

CAF_TEST(the directory says how many rooms and users it has) {
  auto& population = *env->directory_counts;
  auto requests = [&] {
    return counters(0).directory_requests.value() + counters(1).directory_requests.value();
  };
  auto ann = connect("ann", 0);
  auto bob = connect("bob", 1);
  join(ann, "r");
  join(ann, "s");
  join(bob, "r");
  CAF_CHECK_EQUAL(population.rooms.value(), 2U);
  CAF_CHECK_EQUAL(population.users.value(), 2U);
  CAF_CHECK_EQUAL(requests(), 5U);
  CAF_CHECK_EQUAL(population.requests.value(), 5U);
  leave(ann, "s");
  disconnect(bob);
  CAF_CHECK_EQUAL(population.rooms.value(), 1U);
  CAF_CHECK_EQUAL(population.users.value(), 1U);
}

CAF_TEST(what waits for actors is summed by kind) {
  auto ann = connect("ann");
  join(ann, "r");
  auto bytes = std::make_shared<const std::string>(packet("other-1"));
  wire->deliver(room_channel("r"), bytes);
  wire->deliver(room_channel("r"), bytes);
  wire->deliver(env->names.user("ann"), bytes);
  wire->deliver(env->names.all(), bytes);
  auto& waiting = *env->backlogs;
  CAF_CHECK_EQUAL(waiting.rooms.load(), 2U);
  CAF_CHECK_EQUAL(waiting.users.load(), 1U);
  CAF_CHECK_EQUAL(waiting.broadcaster.load(), 1U);
  settle();
  CAF_CHECK_EQUAL(waiting.rooms.load(), 0U);
  CAF_CHECK_EQUAL(waiting.users.load(), 0U);
  CAF_CHECK_EQUAL(waiting.broadcaster.load(), 0U);
}

CAF_TEST_FIXTURE_SCOPE_END()
