#include "atrium/net/inspector/node_status.hpp"

#include "atrium/actors/json_inspector.hpp"
#include "atrium/actors/room_homes.hpp"
#include "atrium/actors/util/room_counters.hpp"
#include "atrium/broker/bus.hpp"
#include "atrium/broker/event_sink.hpp"
#include "atrium/broker/inbox.hpp"
#include "atrium/broker/presence.hpp"

#include <optional>

namespace atrium {

namespace {

struct bus_view {
  const std::string& kind;
  bus_stats stats;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, bus_view& x) {
  auto& s = x.stats;
  return f(named("kind"), x.kind, named("connected"), s.connected,
           named("subscriptions"), s.subscriptions, named("pending"), s.pending,
           named("pending_bytes"), s.pending_bytes, named("published"),
           s.published, named("received"), s.received, named("failed"),
           s.failed, named("rejected"), s.rejected, named("reconnects"),
           s.reconnects);
}

struct presence_view {
  presence_stats stats;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, presence_view& x) {
  auto& s = x.stats;
  return f(named("connected"), s.connected, named("rooms"), s.rooms,
           named("users"), s.users, named("waiting"), s.waiting, named("joins"),
           s.joins, named("leaves"), s.leaves, named("reads"), s.reads,
           named("failed"), s.failed, named("reaped"), s.reaped,
           named("lease_lost"), s.lease_lost);
}

struct inbox_view {
  inbox_stats stats;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, inbox_view& x) {
  auto& s = x.stats;
  return f(named("connected"), s.connected, named("stored"), s.stored,
           named("duplicates"), s.duplicates, named("reads"), s.reads,
           named("read"), s.read, named("acknowledged"), s.acknowledged,
           named("dead"), s.dead, named("evicted"), s.evicted, named("failed"),
           s.failed);
}

struct event_view {
  event_sink_stats stats;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, event_view& x) {
  auto& s = x.stats;
  return f(named("connected"), s.connected, named("waiting"), s.waiting,
           named("waiting_bytes"), s.bytes, named("delivered"), s.delivered,
           named("retries"), s.repeated, named("dropped"), s.dropped,
           named("refused"), s.refused);
}

struct owner_view {
  std::uint64_t here;
  room_owners_stats stats;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, owner_view& x) {
  auto& s = x.stats;
  return f(named("connected"), s.connected, named("here"), x.here,
           named("found"), s.found, named("opened"), s.opened, named("said"),
           s.said, named("fenced"), s.fenced, named("unknown"), s.unknown,
           named("evicted"), s.evicted, named("state_bytes"), s.bytes);
}

} // namespace

node_status::node_status(environment_ptr env,
                         std::shared_ptr<node_reporter> reporter,
                         std::shared_ptr<const node_metrics> metrics,
                         std::shared_ptr<const node_life> life,
                         std::string bus_kind)
  : env_(std::move(env)),
    reporter_(std::move(reporter)),
    metrics_(std::move(metrics)),
    life_(std::move(life)),
    bus_kind_(std::move(bus_kind)) {
  // nop
}

std::string node_status::to_json() const {
  // The registry of nodes gets the same report, so both show the same numbers.
  auto x = reporter_->report();
  auto totals = metrics_->totals();
  bus_view bus{bus_kind_, env_->bus->stats()};
  std::optional<presence_view> told; // null: no room tells who is in it
  if (env_->presence)
    told = presence_view{env_->presence->stats()};
  std::optional<inbox_view> kept; // null: nothing is kept for users
  if (env_->inbox)
    kept = inbox_view{env_->inbox->stats()};
  std::optional<event_view> events; // null: no back end hears anything
  if (env_->sink)
    events = event_view{env_->sink->stats()};
  std::optional<owner_view> owners; // null: no room has one home
  if (env_->homes)
    owners
      = owner_view{env_->room_counts->owners, env_->homes->owners().stats()};
  json_inspector f;
  f(named("node"), x.node, named("run"), x.run, named("version"), x.version,
    named("uptime_s"), x.uptime_s, named("phase"), to_string(life_->phase()),
    named("connections"), x.connections, named("rooms"), x.rooms,
    named("users"), x.users, named("load"), x.load, named("totals"), totals,
    named("bus"), bus, named("presence"), told, named("inbox"), kept,
    named("events"), events, named("owners"), owners);
  return f.take();
}

} // namespace atrium
