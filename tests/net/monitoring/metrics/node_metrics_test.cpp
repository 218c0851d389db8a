#define CAF_SUITE node_metrics_test

#include "atrium/actors/backlogs.hpp"
#include "atrium/actors/room_homes.hpp"
#include "atrium/actors/util/cluster_counters.hpp"
#include "atrium/actors/util/delivery_counters.hpp"
#include "atrium/actors/util/directory_counters.hpp"
#include "atrium/actors/util/room_counters.hpp"
#include "atrium/actors/util/user_counters.hpp"
#include "atrium/net/admission/client_counters.hpp"
#include "atrium/net/monitoring/metrics/node_metrics.hpp"

#include "support/actor_fixture.hpp"
#include "support/scripted_log.hpp"
#include "support/scripted_presence.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

/// Owners that only have counters.
struct counted_owners final : room_owners {
  void find(std::string, std::vector<std::string>, std::function<void(found_owner)>) override {
    // nop
  }
  void release(std::string, std::uint64_t, std::function<void(fencing)>) override {
    // nop
  }
  void open(std::string, std::uint64_t, std::chrono::seconds,
            std::function<void(room_opening)>) override {
    // nop
  }
  void say(std::string, std::uint64_t, room_word, std::function<void(fencing)>) override {
    // nop
  }
  void stop(std::chrono::milliseconds) override {
    // nop
  }
  room_owners_stats stats() const override {
    return counters;
  }
  room_owners_stats counters;
};

/// A node of two lanes, seen by its metrics.
struct fixture : node_fixture {
  fixture() {
    auto bus = std::make_unique<bus_probe>(wire, "probe", "run");
    node_health = std::make_shared<health>(std::vector<health::part>{}, std::move(bus),
                                           std::make_shared<node_life>(), nullptr);
    std::vector<node_metrics::lane_view> lanes;
    for (auto& port : env->lanes)
      lanes.push_back({port, [this] { return busy; }});
    subject = std::make_unique<node_metrics>(env, node_metrics::client_view{connections, counts},
                                             node_health, lanes);
  }

  lane_counters& counters(std::size_t lane) {
    return env->lanes[lane].meter->counters();
  }

  bool has(const std::string& line) const {
    return ("\n" + subject->text()).find("\n" + line + "\n") != std::string::npos;
  }

  std::chrono::nanoseconds busy{1500ms};
  std::shared_ptr<semaphore> connections = std::make_shared<semaphore>(10);
  std::shared_ptr<client_counters> counts = std::make_shared<client_counters>();
  std::shared_ptr<health> node_health;
  std::unique_ptr<node_metrics> subject;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(node_metrics_tests, fixture)

CAF_TEST(lanes are summed) {
  counters(0).connections.add(2);
  counters(1).connections.add(3);
  counters(0).errors[errc::forbidden].add(1);
  counters(1).errors[errc::forbidden].add(1);
  counters(0).outbox_bytes.set(10);
  counters(1).outbox_bytes.set(5);
  counters(0).outbox_bytes_max.set(4);
  counters(1).outbox_bytes_max.set(5);
  counters(1).count_handshake("overloaded");
  counters(0).overflows[outbox_policy::drop_oldest].add(7);
  CAF_CHECK(has("atrium_connections_opened_total 5"));
  CAF_CHECK(has("atrium_errors_total{code=\"forbidden\"} 2"));
  CAF_CHECK(has("atrium_errors_total{code=\"internal\"} 0"));
  CAF_CHECK(has("atrium_outbox_bytes 15"));
  CAF_CHECK(has("atrium_outbox_depth_bytes_max 5"));
  CAF_CHECK(has("atrium_handshakes_total{result=\"overloaded\"} 1"));
  CAF_CHECK(has("atrium_slow_consumers_total{policy=\"drop_oldest\"} 7"));
}

CAF_TEST(lanes are told apart where that matters) {
  counters(1).flushes.add(9);
  env->lanes[1].queue->try_acquire(600, 6);
  CAF_CHECK(has("atrium_lane_flushes_total{lane=\"0\"} 0"));
  CAF_CHECK(has("atrium_lane_flushes_total{lane=\"1\"} 9"));
  CAF_CHECK(has("atrium_mailbox_depth{actor=\"lane-1\"} 6"));
  CAF_CHECK(has("atrium_queue_bytes{queue=\"lane-1\"} 600"));
  CAF_CHECK(has("atrium_lane_busy_seconds_total{lane=\"1\"} 1.5"));
}

CAF_TEST(utilisation is that of the ticks) {
  node_metrics::clock::time_point at{1h};
  subject->tick(at);
  busy += 250ms;
  subject->tick(at + 1s);
  CAF_CHECK(has("atrium_lane_utilisation_ratio{lane=\"0\"} 0.25"));
}

CAF_TEST(what an actor has not handled yet is waiting) {
  counters(0).directory_requests.add(3);
  counters(1).directory_requests.add(2);
  env->directory_counts->requests.add(4);
  env->backlogs->rooms = 8;
  CAF_CHECK(has("atrium_mailbox_depth{actor=\"directory\"} 1"));
  CAF_CHECK(has("atrium_mailbox_depth{actor=\"rooms\"} 8"));
  env->directory_counts->requests.add(2); // never less than none
  CAF_CHECK(has("atrium_mailbox_depth{actor=\"directory\"} 0"));
}

CAF_TEST(rare events are those of the node) {
  counts->full_refused = 3;
  env->user_counts->users_refused = 1;
  env->user_counts->users_evicted = 2;
  env->delivery_counts->lane_queue_drops = 4;
  CAF_CHECK(has("atrium_limits_hit_total{limit=\"max-connections\"} 3"));
  CAF_CHECK(has("atrium_limits_hit_total{limit=\"user-connections\"} 3"));
  CAF_CHECK(has("atrium_dropped_total{reason=\"lane_queue\"} 4"));
}

CAF_TEST(each thing that is dropped has its reason) {
  env->delivery_counts->channels_refused = 1;
  env->cluster_counts->node_packet_drops = 2;
  env->cluster_counts->surveys_refused = 3;
  env->cluster_counts->responses_refused = 4;
  env->user_counts->commands_refused = 6;
  env->room_counts->invalid_words = 5;
  env->room_counts->stale_words = 7;
  env->room_counts->requests_refused = 8;
  CAF_CHECK(has("atrium_dropped_total{reason=\"channel_refused\"} 1"));
  CAF_CHECK(has("atrium_dropped_total{reason=\"cluster_queue\"} 2"));
  CAF_CHECK(has("atrium_dropped_total{reason=\"survey_refused\"} 3"));
  CAF_CHECK(has("atrium_dropped_total{reason=\"response_refused\"} 4"));
  CAF_CHECK(has("atrium_dropped_total{reason=\"command_refused\"} 6"));
  CAF_CHECK(has("atrium_dropped_total{reason=\"room_logic\"} 5"));
  CAF_CHECK(has("atrium_dropped_total{reason=\"stale_owner\"} 7"));
  CAF_CHECK(has("atrium_dropped_total{reason=\"owner_queue\"} 8"));
}

CAF_TEST(histories count what they keep and tell) {
  CAF_CHECK(has("atrium_history_stored_total 0")); // the bus has none
  scripted_log log{[](const std::string&, const shared_bytes&) {}};
  log.counters = {1, 2, 3, 4, 5, 6, 7, 8};
  wire->log = &log;
  CAF_CHECK(has("atrium_history_stored_total 1"));
  CAF_CHECK(has("atrium_history_duplicates_total 2"));
  CAF_CHECK(has("atrium_history_reads_total 3"));
  CAF_CHECK(has("atrium_history_read_messages_total 4"));
  CAF_CHECK(has("atrium_history_lost_total 5"));
  CAF_CHECK(has("atrium_history_failed_total 6"));
  CAF_CHECK(has("atrium_history_evicted_total 7"));
  CAF_CHECK(has("atrium_history_bytes 8"));
}

CAF_TEST(rooms count what they tell without asking) {
  env->room_counts->replays_from_memory = 3;
  env->room_counts->answers = 4;
  env->backlogs->replays.try_acquire(40);
  CAF_CHECK(has("atrium_history_from_memory_total 3"));
  CAF_CHECK(has("atrium_room_answers_total 4"));
  CAF_CHECK(has("atrium_history_kept_bytes 40"));
}

CAF_TEST(the presence counts whom it tells of) {
  CAF_CHECK(has("atrium_presence_users 0")); // no room tells anything
  CAF_CHECK(subject->text().find("\natrium_presence_shared ") == std::string::npos);
  auto told = std::make_shared<scripted_presence>();
  told->counters = {true, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  env->presence = told;
  CAF_CHECK(has("atrium_presence_shared 1"));
  CAF_CHECK(has("atrium_presence_rooms 1"));
  CAF_CHECK(has("atrium_presence_users 2"));
  CAF_CHECK(has("atrium_presence_waiting 3"));
  CAF_CHECK(has("atrium_presence_changes_total{event=\"join\"} 4"));
  CAF_CHECK(has("atrium_presence_changes_total{event=\"leave\"} 5"));
  CAF_CHECK(has("atrium_presence_reads_total 6"));
  CAF_CHECK(has("atrium_presence_failed_total 7"));
  CAF_CHECK(has("atrium_presence_reaped_total 8"));
  CAF_CHECK(has("atrium_presence_lease_lost_total 9"));
}

CAF_TEST(rooms with one home count their owners) {
  CAF_CHECK(has("atrium_room_owners 0")); // no room has one
  CAF_CHECK(subject->text().find("\natrium_room_owners_up ") == std::string::npos);
  auto owners = std::make_shared<counted_owners>();
  owners->counters = {true, 1, 2, 3, 4, 5, 6, 7};
  env->homes = std::make_shared<room_homes>(owners);
  env->room_counts->owners = 8;
  env->room_counts->owners_opened = 9;
  env->room_counts->owners_restored = 10;
  env->room_counts->owners_given_up = 11;
  CAF_CHECK(has("atrium_room_owners_up 1"));
  CAF_CHECK(has("atrium_room_owners 8"));
  CAF_CHECK(has("atrium_room_owner_events_total{event=\"found\"} 1"));
  CAF_CHECK(has("atrium_room_owner_events_total{event=\"opened\"} 9"));
  CAF_CHECK(has("atrium_room_owner_events_total{event=\"restored\"} 10"));
  CAF_CHECK(has("atrium_room_owner_events_total{event=\"given_up\"} 11"));
  CAF_CHECK(has("atrium_room_words_total{result=\"said\"} 3"));
  CAF_CHECK(has("atrium_room_words_total{result=\"fenced\"} 4"));
  CAF_CHECK(has("atrium_room_words_total{result=\"unknown\"} 5"));
  CAF_CHECK(has("atrium_room_states_evicted_total 6"));
  CAF_CHECK(has("atrium_room_state_bytes 7"));
}

CAF_TEST(a round trip is known when something has come back) {
  CAF_CHECK(subject->text().find("\natrium_bus_round_trip_seconds ") == std::string::npos);
  CAF_CHECK(subject->text().find("# TYPE atrium_bus_round_trip_seconds") != std::string::npos);
  node_health->tick();
  CAF_CHECK(subject->text().find("\natrium_bus_round_trip_seconds ") != std::string::npos);
}

CAF_TEST(the totals are those of the metrics) {
  auto ann = connect("ann", 0);
  auto bob = connect("bob", 1);
  join(ann, "r");
  join(bob, "r");
  publish(ann, "r", "1");
  request(bob, broadcast_request{"2", "1", {}, {}});
  counters(0).sent_bytes.add(100);
  counters(1).sent_bytes.add(11);
  counters(0).connections.add();
  connections->try_acquire(2);
  auto x = subject->totals();
  CAF_CHECK_EQUAL(x.connections_opened, 1U);
  CAF_CHECK_EQUAL(x.messages_in, 2U);
  CAF_CHECK_EQUAL(x.deliveries, 4U);
  CAF_CHECK_EQUAL(x.bytes_out, 111U);
  CAF_CHECK_EQUAL(x.connections, 2U);
  CAF_CHECK_EQUAL(x.rooms, 1U);
  CAF_CHECK_EQUAL(x.users, 2U);
  CAF_CHECK(has("atrium_rooms 1"));
  CAF_CHECK(has("atrium_users 2"));
  CAF_CHECK(has("atrium_connections 2"));
  CAF_CHECK(has("atrium_deliveries_total{scope=\"all\"} 2"));
}

CAF_TEST_FIXTURE_SCOPE_END()
