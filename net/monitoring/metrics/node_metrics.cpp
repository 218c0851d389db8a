#include "atrium/net/monitoring/metrics/node_metrics.hpp"

#include "atrium/actors/backlogs.hpp"
#include "atrium/actors/util/directory_counters.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/broker/bus.hpp"
#include "atrium/broker/connection_limiter.hpp"
#include "atrium/net/monitoring/metrics/api_families.hpp"
#include "atrium/net/monitoring/metrics/event_families.hpp"
#include "atrium/net/monitoring/metrics/family_list.hpp"
#include "atrium/net/monitoring/metrics/owner_families.hpp"
#include "atrium/net/monitoring/metrics/room_families.hpp"
#include "atrium/net/monitoring/metrics/shared_families.hpp"

#include <algorithm>

namespace atrium {

namespace {

constexpr scope all_scopes[] = {scope::room, scope::user, scope::all};
static_assert(std::size(all_scopes) == lane_counters::scopes);

} // namespace

node_metrics::node_metrics(environment_ptr env, client_view clients,
                           std::shared_ptr<const class health> health,
                           std::vector<lane_view> lanes, other_nodes others)
  : env_(std::move(env)),
    clients_(std::move(clients)),
    health_(std::move(health)),
    lanes_(std::move(lanes)),
    others_(std::move(others)),
    loads_(lanes_.size()) {
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    names_.push_back(std::to_string(i));
}

void node_metrics::tick(clock::time_point now) {
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    loads_[i].sample(now, lanes_[i].busy());
}

std::string node_metrics::text() const {
  family_list result;
  result.gauge(
    {"atrium_build_info", "The node's version; always 1.", "version"},
    {{1, env_->version}});
  add_clients(result);
  add_messages(result);
  add_outboxes(result);
  add_lanes(result);
  add_mailboxes(result);
  add_errors(result);
  add_bus_and_links(result);
  add_rooms(result, *env_);
  add_owners(result, *env_);
  add_log(result);
  add_process(result);
  return result.text();
}

void node_metrics::add_bus_and_links(family_list& to) const {
  auto bus = env_->bus->stats();
  auto of = [](const char* link, bool is_up) {
    return sample{is_up ? 1.0 : 0.0, link};
  };
  add_bus(to, bus, {of("cmd", bus.publishes), of("sub", bus.subscribes)},
          health_->bus_round_trip());
  add_history(to, *env_, env_->bus->history());
  add_presence(to, env_->presence.get());
  add_inbox(to, env_->inbox.get());
  add_events(to, env_->sink.get());
  add_trouble(to, *env_, *clients_.counts, bus);
  if (clients_.api)
    add_api(to, *clients_.api);
  add_user_limits(to, env_->limiter.get());
  add_node_registry(to, others_.registry.get());
  add_lease(to, others_.lease.get());
}

node_totals node_metrics::totals() const {
  node_totals result;
  result.connections = clients_.open->taken();
  result.rooms = env_->directory_counts->rooms.value();
  result.users = env_->directory_counts->users.value();
  // Lanes count without a lock while they are read: each number is right for
  // some moment, but not all for the same.
  for (auto& lane : lanes_) {
    auto& x = lane.port.meter->counters();
    result.connections_opened += x.connections.value();
    result.bytes_out += x.sent_bytes.value();
    for (auto to : all_scopes) {
      result.messages_in += x.messages[to].value();
      result.deliveries += x.deliveries[to].value();
    }
  }
  return result;
}

std::uint64_t node_metrics::sum(
  const std::function<std::uint64_t(const lane_counters&)>& f) const {
  std::uint64_t result = 0;
  for (auto& lane : lanes_)
    result += f(lane.port.meter->counters());
  return result;
}

void node_metrics::add_clients(family_list& to) const {
  auto now = totals();
  to.gauge({"atrium_connections", "WebSockets that are open, or about to be."},
           {{value_of(now.connections)}});
  to.counter({"atrium_connections_opened_total",
              "Clients that were let in and welcomed."},
             {{value_of(now.connections_opened)}});
  std::vector<sample> handshakes;
  for (std::size_t i = 0; i < handshake_results.size(); ++i)
    handshakes.push_back(
      {value_of(sum([i](auto& x) { return x.handshakes[i].value(); })),
       handshake_results[i]});
  to.counter({"atrium_handshakes_total",
              "Upgrade requests: accepted, or the code of the refusal.",
              "result"},
             handshakes);
  to.gauge({"atrium_rooms", "Rooms with members on this node."},
           {{value_of(now.rooms)}});
  to.gauge({"atrium_users", "Users with connections on this node."},
           {{value_of(now.users)}});
}

void node_metrics::add_messages(family_list& to) const {
  std::vector<sample> messages;
  std::vector<sample> deliveries;
  for (auto whom : all_scopes) {
    auto label = to_string(whom);
    messages.push_back(
      {value_of(sum([&](auto& x) { return x.messages[whom].value(); })),
       label});
    deliveries.push_back(
      {value_of(sum([&](auto& x) { return x.deliveries[whom].value(); })),
       label});
  }
  to.counter({"atrium_messages_received_total",
              "Requests of clients to publish that the bus has taken.",
              "scope"},
             messages);
  to.counter({"atrium_deliveries_total",
              "Messages appended to the outbox of a client.", "scope"},
             deliveries);
  to.counter(
    {"atrium_device_messages_total",
     "Durable messages appended to the outboxes of devices."},
    {{value_of(sum([](auto& x) { return x.device_messages.value(); }))}});
  to.counter({"atrium_device_acks_total",
              "Acknowledgements of devices that the inbox has taken."},
             {{value_of(sum([](auto& x) { return x.device_acks.value(); }))}});
  std::vector<const latency_histogram*> local;
  std::vector<const latency_histogram*> remote;
  for (auto& lane : lanes_) {
    auto& x = lane.port.meter->counters();
    local.push_back(&x.local);
    remote.push_back(&x.remote);
  }
  constexpr family_list::about latency{
    "atrium_delivery_latency_seconds",
    "From accepting a message, here or on another node, to writing it.",
    "path"};
  to.histogram(latency, "local", local);
  to.histogram(latency, "remote", remote);
}

void node_metrics::add_outboxes(family_list& to) const {
  to.counter({"atrium_sent_bytes_total", "Bytes written to WebSockets."},
             {{value_of(sum([](auto& x) { return x.sent_bytes.value(); }))}});
  to.counter(
    {"atrium_received_bytes_total", "Bytes read from WebSockets."},
    {{value_of(sum([](auto& x) { return x.received_bytes.value(); }))}});
  to.gauge({"atrium_outbox_bytes", "Bytes that wait for slow clients."},
           {{value_of(sum([](auto& x) { return x.outbox_bytes.value(); }))}});
  std::uint64_t most = 0;
  for (auto& lane : lanes_)
    most = std::max(most, lane.port.meter->counters().outbox_bytes_max.value());
  to.gauge({"atrium_outbox_depth_bytes_max",
            "Bytes that wait for the slowest client."},
           {{value_of(most)}});
  auto times = [&](outbox_policy policy) {
    return value_of(sum([&](auto& x) { return x.overflows[policy].value(); }));
  };
  to.counter({"atrium_slow_consumers_total",
              "How often a client was too slow, by what was done.", "policy"},
             {{times(outbox_policy::disconnect), "disconnect"},
              {times(outbox_policy::drop_oldest), "drop_oldest"},
              {times(outbox_policy::latest_only), "latest_only"}});
}

void node_metrics::add_lanes(family_list& to) const {
  using family = void (family_list::*)(const family_list::about&,
                                       const std::vector<sample>&);
  auto add = [&](family kind, std::string_view name, std::string_view help,
                 auto value) {
    std::vector<sample> samples;
    for (std::size_t i = 0; i < lanes_.size(); ++i)
      samples.push_back({value(i), names_[i]});
    (to.*kind)({name, help, "lane"}, samples);
  };
  auto count = [&](std::string_view name, std::string_view help,
                   tally lane_counters::*what) {
    add(&family_list::counter, name, help, [&](std::size_t i) {
      return value_of((lanes_[i].port.meter->counters().*what).value());
    });
  };
  add(&family_list::gauge, "atrium_lane_utilisation_ratio",
      "Part of the last ten seconds that the lane's thread was busy.",
      [&](std::size_t i) { return loads_[i].ratio(); });
  add(&family_list::counter, "atrium_lane_busy_seconds_total",
      "CPU time of the lane's thread.",
      [&](std::size_t i) { return seconds(lanes_[i].busy()); });
  count("atrium_lane_flushes_total", "Rounds of writing.",
        &lane_counters::flushes);
  count("atrium_lane_writes_total", "System calls that have written.",
        &lane_counters::writes);
  count("atrium_lane_frames_total", "Frames that have left.",
        &lane_counters::frames);
}

void node_metrics::add_mailboxes(family_list& to) const {
  auto depth = [](const backlog& x) {
    return value_of(x.load(std::memory_order_relaxed));
  };
  auto& waiting = *env_->backlogs;
  auto handled = env_->directory_counts->requests.value();
  auto sent = sum([](auto& x) { return x.directory_requests.value(); });
  std::vector<std::string> names;
  for (auto& x : names_)
    names.push_back("lane-" + x);
  std::vector<sample> bytes{{value_of(env_->bus_queue->taken()), "bus"}};
  std::vector<sample> depths{
    // The counters are read one after the other: requests that are handled in
    // between must not make the difference a huge number.
    {value_of(sent - std::min(sent, handled)), "directory"},
    {depth(waiting.rooms), "rooms"},
    {depth(waiting.users), "users"},
    {depth(waiting.broadcaster), "everyone"}};
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    depths.push_back({value_of(lanes_[i].port.queue->entries()), names[i]});
    bytes.push_back({value_of(lanes_[i].port.queue->taken()), names[i]});
  }
  to.gauge({"atrium_queue_bytes", "What waits for actors.", "queue"}, bytes);
  to.gauge({"atrium_mailbox_depth", "Messages that wait for actors.", "actor"},
           depths);
}

void node_metrics::add_errors(family_list& to) const {
  std::vector<sample> errors;
  // From 1: the code 0 is no error.
  for (std::size_t i = 1; i < lane_counters::codes; ++i) {
    auto code = static_cast<errc>(i);
    errors.push_back(
      {value_of(sum([&](auto& x) { return x.errors[code].value(); })),
       to_string(code)});
  }
  to.counter({"atrium_errors_total", "Errors told to clients.", "code"},
             errors);
}

} // namespace atrium
