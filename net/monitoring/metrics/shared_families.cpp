#include "atrium/net/monitoring/metrics/shared_families.hpp"

#include "atrium/actors/backlogs.hpp"
#include "atrium/actors/util/cluster_counters.hpp"
#include "atrium/actors/util/delivery_counters.hpp"
#include "atrium/actors/util/directory_counters.hpp"
#include "atrium/actors/util/room_counters.hpp"
#include "atrium/actors/util/user_counters.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/broker/redis/redis_lease.hpp"
#include "atrium/net/admission/client_counters.hpp"
#include "atrium/net/monitoring/metrics/process_stats.hpp"

#include <algorithm>

namespace atrium {

void add_bus(family_list& to, const bus_stats& bus,
             const std::vector<sample>& links,
             std::optional<std::chrono::steady_clock::duration> round_trip) {
  to.gauge({"atrium_subscriptions", "Channels that the bus listens to."},
           {{value_of(bus.subscriptions)}});
  auto all_up
    = std::ranges::all_of(links, [](auto& x) { return x.value != 0; });
  to.gauge({"atrium_bus_connected", "1 when all links to Redis are up."},
           {{all_up ? 1.0 : 0.0}});
  to.gauge({"atrium_bus_link_up", "1 when the link is up and of use.", "link"},
           links);
  // No value before the first message is back: 0 would look like a fast bus.
  std::vector<sample> times;
  if (round_trip)
    times.push_back({seconds(*round_trip)});
  to.gauge({"atrium_bus_round_trip_seconds",
            "How long the latest message took that came back."},
           times);
  to.counter({"atrium_bus_reconnects_total", "Links of the bus that broke."},
             {{value_of(bus.reconnects)}});
  to.gauge({"atrium_bus_pending_messages", "Publishes without an answer."},
           {{value_of(bus.pending)}});
  to.gauge({"atrium_bus_pending_bytes", "Bytes of these publishes."},
           {{value_of(bus.pending_bytes)}});
  to.counter({"atrium_bus_publishes_total", "Publishes by what became of them.",
              "result"},
             {{value_of(bus.carried), "ok"},
              {value_of(bus.failed), "failed"},
              {value_of(bus.rejected), "rejected"}});
  to.counter(
    {"atrium_bus_received_total", "Messages that arrived on subscriptions."},
    {{value_of(bus.received)}});
}

void add_history(family_list& to, const environment& env,
                 const history_log* log) {
  auto x = log != nullptr ? log->stats() : history_stats{};
  to.counter({"atrium_history_stored_total", "Messages that were kept."},
             {{value_of(x.stored)}});
  to.counter({"atrium_history_duplicates_total",
              "Messages that had been kept before, by their event_id."},
             {{value_of(x.duplicates)}});
  to.counter({"atrium_history_reads_total", "Questions that were answered."},
             {{value_of(x.reads)}});
  to.counter(
    {"atrium_history_read_messages_total", "Messages in these answers."},
    {{value_of(x.read)}});
  to.counter({"atrium_history_lost_total",
              "Answers that the messages asked for are no longer there."},
             {{value_of(x.lost)}});
  to.counter({"atrium_history_from_memory_total",
              "Portions of what a client has missed that cost no question."},
             {{value_of(env.room_counts->replays_from_memory)}});
  to.gauge({"atrium_history_kept_bytes",
            "What rooms keep in memory for clients that come back."},
           {{value_of(env.backlogs->replays.taken())}});
  to.counter({"atrium_history_failed_total", "Questions without an answer."},
             {{value_of(x.failed)}});
  to.counter({"atrium_history_evicted_total",
              "Messages that gave way to those of other rooms."},
             {{value_of(x.evicted)}});
  to.gauge({"atrium_history_bytes", "What the node itself keeps in memory."},
           {{value_of(x.bytes)}});
}

void add_presence(family_list& to, const presence* told) {
  auto x = told != nullptr ? told->stats() : presence_stats{};
  std::vector<sample> shared;
  if (told != nullptr)
    shared.push_back({x.connected ? 1.0 : 0.0});
  to.gauge({"atrium_presence_shared",
            "1 when the other nodes hear who is in rooms on this one."},
           shared);
  to.gauge({"atrium_presence_rooms",
            "Rooms that tell who is in them, with somebody of this node."},
           {{value_of(x.rooms)}});
  to.gauge({"atrium_presence_users",
            "Users of this node in these rooms, the sum over the rooms."},
           {{value_of(x.users)}});
  to.gauge({"atrium_presence_waiting", "Of these, not told to others yet."},
           {{value_of(x.waiting)}});
  to.counter({"atrium_presence_changes_total",
              "Users who came and went, as told by this node.", "event"},
             {{value_of(x.joins), "join"}, {value_of(x.leaves), "leave"}});
  to.counter({"atrium_presence_reads_total", "Questions that were answered."},
             {{value_of(x.reads)}});
  to.counter({"atrium_presence_failed_total", "Questions without an answer."},
             {{value_of(x.failed)}});
  to.counter({"atrium_presence_reaped_total",
              "Users of dead nodes that this one has taken out."},
             {{value_of(x.reaped)}});
  to.counter({"atrium_presence_lease_lost_total",
              "Times that others took this node for dead, or that Redis had "
              "lost its lease."},
             {{value_of(x.lease_lost)}});
}

void add_inbox(family_list& to, const inbox* kept) {
  auto x = kept != nullptr ? kept->stats() : inbox_stats{};
  std::vector<sample> up;
  if (kept != nullptr)
    up.push_back({x.connected ? 1.0 : 0.0});
  to.gauge({"atrium_inbox_up", "1 when durable messages can be stored."}, up);
  to.counter({"atrium_inbox_stored_total", "Durable messages of this node."},
             {{value_of(x.stored)}});
  to.counter({"atrium_inbox_duplicates_total", "Messages known before."},
             {{value_of(x.duplicates)}});
  to.counter({"atrium_inbox_reads_total", "Questions that were answered."},
             {{value_of(x.reads)}});
  to.counter({"atrium_inbox_read_messages_total", "Messages in these answers."},
             {{value_of(x.read)}});
  to.counter({"atrium_inbox_acknowledged_total", "Acknowledgements taken."},
             {{value_of(x.acknowledged)}});
  to.counter({"atrium_inbox_dead_total",
              "Messages that this node has made dead letters."},
             {{value_of(x.dead)}});
  to.counter({"atrium_inbox_evicted_total",
              "Dead letters that gave way before their time."},
             {{value_of(x.evicted)}});
  to.counter({"atrium_inbox_failed_total", "Calls without success."},
             {{value_of(x.failed)}});
}

void add_trouble(family_list& to, const environment& env,
                 const client_counters& clients, const bus_stats& bus) {
  auto& delivery = *env.delivery_counts;
  auto& rooms = *env.room_counts;
  auto& users = *env.user_counts;
  auto& directory = *env.directory_counts;
  auto& cluster = *env.cluster_counts;
  to.counter({"atrium_dropped_total", "What was dropped, by reason.", "reason"},
             {{value_of(delivery.room_queue_drops), "room_queue"},
              {value_of(delivery.lane_queue_drops), "lane_queue"},
              {value_of(rooms.invalid_words), "room_logic"},
              {value_of(rooms.stale_words), "stale_owner"},
              {value_of(rooms.requests_refused), "owner_queue"},
              {value_of(clients.outbox_drops), "drop_oldest"},
              {value_of(clients.outbox_replaced), "latest_only"},
              {value_of(delivery.oversized_packets), "too_large"},
              {value_of(delivery.malformed_packets), "malformed"},
              {value_of(delivery.unknown_versions), "unknown_version"},
              {value_of(delivery.channels_refused), "channel_refused"},
              {value_of(users.commands_refused), "command_refused"},
              {value_of(cluster.node_packet_drops), "cluster_queue"},
              {value_of(cluster.surveys_refused), "survey_refused"},
              {value_of(cluster.responses_refused), "response_refused"}});
  auto user_limit = users.users_refused + users.users_evicted;
  to.counter({"atrium_limits_hit_total",
              "How often a limit was enforced, by the option that sets it.",
              "limit"},
             {{value_of(clients.full_refused), "max-connections"},
              {value_of(clients.memory_refused), "memory-watermark"},
              {value_of(clients.headers_refused), "max-header-bytes"},
              {value_of(clients.pending_refused), "max-pending"},
              {value_of(clients.handshakes_refused), "handshakes-per-second"},
              {value_of(clients.addresses_refused), "connections-per-address"},
              {value_of(directory.rooms_refused), "max-node-rooms"},
              {value_of(directory.user_rooms_refused), "max-user-rooms"},
              {value_of(clients.oversized_frames), "max-message-bytes"},
              {value_of(clients.silent_closes), "ping-interval"},
              {value_of(clients.idle_closes), "idle-timeout"},
              {value_of(clients.slow_consumers), "outbox-bytes"},
              {value_of(user_limit), "user-connections"},
              {value_of(clients.rate_limited), "messages-per-second"},
              {value_of(clients.error_closes), "errors-per-minute"},
              {value_of(rooms.tasks_refused), "task-queue"},
              {value_of(bus.rejected), "bus-pending"}});
}

// Without a limit the families are there, and empty.
void add_user_limits(family_list& to, const connection_limiter* users) {
  std::vector<sample> shared;
  std::vector<sample> known;
  std::vector<sample> events;
  if (users != nullptr) {
    auto x = users->stats();
    shared = {{x.connected ? 1.0 : 0.0}};
    known = {{value_of(x.users)}};
    events = {{value_of(x.refused), "refused"},
              {value_of(x.evicted), "evicted"},
              {value_of(x.alone), "failed_open"},
              {value_of(x.discarded), "discarded"}};
  }
  to.gauge({"atrium_user_limits_shared",
            "1 when a user's connections on all nodes count, 0 when only those "
            "of this node do."},
           shared);
  to.gauge({"atrium_user_limits_users",
            "Users whose connections on this node are counted."},
           known);
  to.counter({"atrium_user_limits_events_total",
              "What the limit of a user's connections has done.", "event"},
             events);
}

void add_node_registry(family_list& to, const node_registry* nodes) {
  std::vector<sample> up;
  std::vector<sample> age;
  std::vector<sample> events;
  if (nodes != nullptr) {
    auto x = nodes->stats();
    up = {{x.connected ? 1.0 : 0.0}};
    age = {{seconds(std::chrono::steady_clock::now() - x.read_at)}};
    events = {{value_of(x.heartbeats), "announced"},
              {value_of(x.refused), "refused"},
              {value_of(x.unanswered), "stale_answer"}};
  }
  to.gauge({"atrium_node_registry_up",
            "1 when this node can announce itself to the others."},
           up);
  to.gauge({"atrium_node_registry_age_seconds",
            "Time since the list of nodes was read last."},
           age);
  to.counter({"atrium_node_registry_events_total",
              "Announcements of this node, and lists told from memory.",
              "event"},
             events);
}

void add_lease(family_list& to, const redis_lease* lease) {
  std::vector<sample> held;
  std::vector<sample> events;
  if (lease != nullptr) {
    auto x = lease->stats();
    held = {{x.held ? 1.0 : 0.0}};
    events = {{value_of(x.lost), "lost"},
              {value_of(x.claimed), "claimed"},
              {value_of(x.refused), "refused"}};
  }
  to.gauge({"atrium_lease_held",
            "1 when the other nodes know that this one is alive."},
           held);
  to.counter({"atrium_lease_events_total",
              "Leases of this node that were lost, or refused, and those of "
              "dead nodes that it has cleaned up after.",
              "event"},
             events);
}

void add_log(family_list& to) {
  auto x = log::losses();
  to.counter({"atrium_log_lines_lost_total",
              "Lines of the log that were not written, by reason.", "reason"},
             {{value_of(x.suppressed), "too_often"},
              {value_of(x.dropped), "stderr_full"}});
}

void add_process(family_list& to) {
  auto x = read_process_stats();
  to.counter({"process_cpu_seconds_total",
              "Total user and system CPU time spent in seconds."},
             {{seconds(x.cpu)}});
  to.gauge({"process_resident_memory_bytes", "Resident memory size in bytes."},
           {{value_of(x.resident_bytes)}});
  to.gauge({"process_virtual_memory_bytes", "Virtual memory size in bytes."},
           {{value_of(x.virtual_bytes)}});
  to.gauge({"process_open_fds", "Number of open file descriptors."},
           {{value_of(x.open_fds)}});
  to.gauge({"process_max_fds", "Maximum number of open file descriptors."},
           {{value_of(x.max_fds)}});
  to.gauge({"process_start_time_seconds",
            "Start time of the process since unix epoch in seconds."},
           {{x.start_time}});
}

} // namespace atrium
