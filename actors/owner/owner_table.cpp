#include "atrium/actors/owner/owner_table.hpp"

#include "atrium/actors/owner/owner.hpp"
#include "atrium/actors/room_homes.hpp"
#include "atrium/actors/room_types.hpp"
#include "atrium/actors/util/room_counters.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/broker/node_registry.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace atrium {

namespace {

using namespace std::chrono_literals;

// How long an owner that has died may stay the owner, beyond its lease.
constexpr auto pause_between_looks = 1s;

// After the registry could not be asked, nobody is taken for dead so long.
constexpr auto pause_after_error = 10s;

} // namespace

void owner_table_state::start(environment_ptr env) {
  env_ = std::move(env);
  homes_ = env_->rooms->digest(home::one);
}

// While the node drains, too: nodes that do not know it yet may have made it
// the owner, and it has to give the room back. What comes after that is lost:
// who has sent it finds the next owner, and sends it again.
void owner_table_state::pass_on(owner_request& x) {
  if (stopping_)
    return;
  auto& room = x.what.room;
  if (env_->rooms->home_of(room) != home::one)
    return; // another version of the program knows more kinds of rooms
  if (is_ending(room))
    return; // two at once would fence each other
  if (x.what.what == room_request::kind::bye && !owners_.contains(room))
    return;
  auto& owner = owners_.pass_on(room, [&] { return spawn_owner(room); });
  self_->send(owner, std::move(x));
}

void owner_table_state::add(const watch_room& x) {
  if (rooms_.emplace(x.who->id(), x.who).second)
    self_->monitor(x.who);
}

owner_actor owner_table_state::spawn_owner(const std::string& room) {
  ++alive_;
  ++env_->room_counts->owners;
  record(node_event::kind::spawned, room);
  return self_->spawn<class owner, caf::monitored>(env_, room,
                                                   owner_table_actor{self_});
}

bool owner_table_state::is_ending(const std::string& room) const {
  return std::ranges::any_of(ending_,
                             [&](auto& x) { return x.second == room; });
}

void owner_table_state::end(const owner_actor& x, const std::string& room,
                            hand_over how) {
  record(node_event::kind::stopped, room);
  ending_.emplace(x->id(), room);
  self_->send(x, how);
}

// All nodes hear of it. If nobody owns the room, the node that would is to
// forget what is saved of it.
void owner_table_state::close(const close_room& x) {
  if (env_->rooms->home_of(x.room) != home::one)
    return;
  if (auto owner = owners_.take(x.room))
    end(*owner, x.room, {true});
  else if (!stopping_ && !is_ending(x.room)
           && env_->homes->prefers_us(*env_, x.room))
    end(spawn_owner(x.room), x.room, {true});
}

void owner_table_state::on_passivate(const passivate& x) {
  if (auto idle = owners_.release(x))
    end(idle->second, idle->first, {});
}

void owner_table_state::look() {
  auto registry = env_->homes->registry();
  if (!registry || stopping_)
    return;
  registry->list(pause_between_looks,
                 [to = owner_table_actor{self_}](node_listing x) {
                   caf::anon_send(to, registry_read{std::move(x)});
                 });
}

// A listing with an error is an old one: nobody is taken for dead by it.
void owner_table_state::take(const registry_read& x) {
  self_->delayed_send(self_, pause_between_looks, registry_due{});
  auto now = self_->clock().now();
  if (!x.nodes.error.empty()) {
    doubts_until_ = now + pause_after_error;
    return;
  }
  auto all = std::make_shared<run_set>();
  // Who has had no way to the registry either is back a little later.
  if (auto before = env_->homes->alive(); before && now < doubts_until_)
    *all = *before;
  auto candidates = std::make_shared<run_set>();
  all->insert(env_->run_id);
  if (!draining_)
    candidates->insert(env_->run_id);
  for (auto& node : x.nodes.nodes) {
    if (node.silent || node.self)
      continue;
    all->insert(node.report.run);
    // A node with other kinds of rooms would answer nothing.
    if (!node.report.draining && node.report.homes == homes_)
      candidates->insert(node.report.run);
  }
  auto lost = std::make_shared<run_set>();
  if (auto before = env_->homes->alive())
    std::ranges::set_difference(*before, *all,
                                std::inserter(*lost, lost->end()));
  env_->homes->set_alive(std::move(all), std::move(candidates));
  if (wants_to_drain_ && !draining_)
    drain();
  if (lost->empty())
    return;
  runs_lost message{std::move(lost)};
  owners_.for_each([&](auto& owner) { self_->send(owner, message); });
  for (auto& [number, room] : rooms_)
    self_->send(room, message);
}

void owner_table_state::drain() {
  wants_to_drain_ = true;
  auto others = std::make_shared<run_set>();
  if (auto known = env_->homes->candidates())
    *others = *known;
  others->erase(env_->run_id);
  if (others->empty() && !stopping_)
    return; // nobody else could have them yet
  draining_ = true;
  env_->homes->set_draining();
  // At once, and not when the registry is read again.
  env_->homes->set_alive(env_->homes->alive(), std::move(others));
  owners_.for_each([&](auto& owner) { self_->send(owner, hand_over{}); });
  end_if_done();
}

void owner_table_state::stop() {
  stopping_ = true;
  drain();
}

void owner_table_state::down(const caf::down_msg& x) {
  auto number = x.source.id();
  if (rooms_.erase(number) != 0)
    return;
  --alive_;
  ending_.erase(number);
  --env_->room_counts->owners;
  auto unasked = owners_.remove(number);
  if (unasked)
    record(node_event::kind::stopped, *unasked);
  if (unasked && x.reason != caf::exit_reason::user_shutdown) {
    ++died_;
    log::error("owner_lost",
               {{"room", *unasked}, {"error", to_string(x.reason)}},
               "node loses the owner of a room");
  }
  end_if_done();
}

void owner_table_state::record(node_event::kind what, const std::string& room) {
  env_->events->record([&] { return node_event{what, "owner", room, {}, {}}; });
}

void owner_table_state::end_if_done() {
  if (stopping_ && alive_ == 0)
    self_->quit(caf::exit_reason::user_shutdown);
}

caf::error inspect(json_inspector& f, owner_table_state& x) {
  return f(named("name"), "owners", named("owners"), x.owners_.size(),
           named("ending"), x.alive_ - std::min(x.alive_, x.owners_.size()),
           named("rooms"), x.rooms_.size(), named("draining"), x.draining_,
           named("errors"), x.died_, named("restarts"), 0);
}

owner_table::owner_table(caf::actor_config& config, lane_unit* unit,
                         environment_ptr env)
  : stateful_actor(config, unit) {
  set_down_handler([this](const caf::down_msg& x) { state.down(x); });
  state.start(std::move(env));
}

owner_table::behavior_type owner_table::make_behavior() {
  return {
    [this](owner_request& x) { state.pass_on(x); },
    [this](const watch_room& x) { state.add(x); },
    [this](const close_room& x) { state.close(x); },
    [this](const passivate& x) { state.on_passivate(x); },
    [this](const registry_due&) { state.look(); },
    [this](const registry_read& x) { state.take(x); },
    [this](const drain_owners&) { state.drain(); },
    [this](stop_atom) { state.stop(); },
    [this](const list_children& x) { return state.list(x); },
    [this](const find_child& x) { return state.list(x); },
    [this](observe_atom) { return observation(state); },
  };
}

} // namespace atrium
