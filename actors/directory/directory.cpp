#include "atrium/actors/directory/directory.hpp"

#include "atrium/actors/directory_messages.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/lane_messages.hpp"
#include "atrium/actors/lane_port.hpp"
#include "atrium/actors/room/room.hpp"
#include "atrium/actors/room_homes.hpp"
#include "atrium/actors/session/user.hpp"
#include "atrium/actors/util/directory_counters.hpp"
#include "atrium/actors/util/event_log.hpp"
#include "atrium/broker/log/log.hpp"

namespace atrium {

namespace {

constexpr auto going_away = "the node is going away";

bool asked_for(const caf::error& reason) {
  return reason == caf::exit_reason::user_shutdown;
}

} // namespace

void directory_state::start(environment_ptr env) {
  env_ = std::move(env);
  spawn_broadcaster();
}

void directory_state::spawn_broadcaster() {
  ++alive_;
  // Monitored, like every child: no child says goodbye, so none is forgotten
  // that ends by an exception.
  broadcaster_ = self_->spawn<broadcaster, caf::monitored>(env_, passed_on_);
}

void directory_state::count_children() {
  env_->directory_counts->rooms.set(rooms_.size());
  env_->directory_counts->users.set(users_.size());
}

caf::result<join_accepted> directory_state::join(join_room& x) {
  env_->directory_counts->requests.add();
  if (stopping_)
    // A code after which clients try again: the next node may take them.
    return caf::make_error(errc::bus_unavailable, std::string{going_away});
  auto& user = x.from.who.user;
  if (auto no = refuse_room(x.room, user); !no.empty())
    return caf::make_error(errc::too_many_rooms, std::move(no));
  // The room answers the connection; if the room has died, CAF does.
  return self_->delegate(pass_on(x.room, user), std::move(x));
}

void directory_state::post(post_in_room& x) {
  env_->directory_counts->requests.add();
  if (stopping_)
    return x.done.refuse(errc::bus_unavailable, going_away);
  // The room counts for nobody: only the node's bound holds.
  if (auto no = refuse_room(x.room, {}); !no.empty())
    return x.done.refuse(errc::too_many_rooms, std::move(no));
  self_->send(pass_on(x.room, {}), std::move(x));
}

// Counted and passed on in one step: an offer to passivate that the room has
// sent meanwhile has a lower number, and is ignored.
const room_actor& directory_state::pass_on(const std::string& room,
                                           const std::string& user) {
  auto& child = rooms_.pass_on(room, [&] {
    ++alive_;
    auto result = spawn_room(room);
    if (!user.empty())
      shares_.open(result->id(), user);
    return result;
  });
  count_children();
  return child;
}

void directory_state::command(command_user& x) {
  if (auto* user = users_.find(x.what.user))
    self_->send(*user, std::move(x));
}

void directory_state::close(const close_room& x) {
  if (env_->homes)
    env_->homes->close(x);
  auto room = stopping_ ? std::nullopt : rooms_.take(x.room);
  if (!room)
    return;
  auto number = (*room)->id();
  log::info("room_closed", {{"room", x.room}}, "back end closes a room");
  record(node_event::kind::stopped, "room", x.room);
  shares_.close(number);
  // Told when it has ended: until then it may let somebody in.
  closing_.emplace(number, x.room);
  self_->send(*room, x);
  count_children();
}

// Whoever joins a room that is there takes no room from anybody.
std::string directory_state::refuse_room(const std::string& room,
                                         const std::string& user) {
  auto& most = *env_->limits;
  if (rooms_.contains(room))
    return {};
  if (rooms_.size() >= most.rooms_per_node) {
    ++env_->directory_counts->rooms_refused;
    return "the node has too many rooms";
  }
  if (!user.empty() && most.rooms_per_user != 0
      && shares_.opened_by(user) >= most.rooms_per_user) {
    ++env_->directory_counts->user_rooms_refused;
    return "the user has opened too many rooms of this node";
  }
  return {};
}

room_actor directory_state::spawn_room(const std::string& name) {
  record(node_event::kind::spawned, "room", name);
  auto tally = std::make_shared<room_tally>(env_->limits->room_queue);
  auto result = self_->spawn<room, caf::monitored>(
    env_, name, directory_actor{self_}, tally, placement::of_room(*env_, name));
  ranking_.add(result->id(), name, std::move(tally));
  return result;
}

void directory_state::add(sign_on& x) {
  env_->directory_counts->requests.add();
  if (stopping_)
    return;
  auto& child = users_.pass_on(x.user, [&] {
    ++alive_;
    record(node_event::kind::spawned, "user", x.user);
    return self_->spawn<user, caf::monitored>(
      env_, x.user, directory_actor{self_}, placement{x.lane});
  });
  count_children();
  self_->send(child, std::move(x));
}

void directory_state::on_passivate(const passivate& x) {
  // The child is out of the tables before it has ended: whoever comes now gets
  // a new one of the same name. Lanes tell the two apart by their numbers.
  auto stop = [this](const char* kind, auto& child) {
    record(node_event::kind::stopped, kind, child.first);
    self_->send(child.second, stop_atom{});
  };
  if (auto idle = rooms_.release(x)) {
    shares_.close(x.from);
    stop("room", *idle);
  } else if (auto gone = users_.release(x))
    stop("user", *gone);
  count_children();
}

void directory_state::down(const caf::down_msg& x) {
  --alive_;
  auto number = x.source.id();
  ranking_.remove(number);
  shares_.close(number);
  // A child that has passivated is in no table any more: what is found here has
  // died unasked, unless the node stops.
  if (auto name = rooms_.remove(number))
    room_died_unasked(number, *name, x.reason);
  else if (auto closed = closing_.extract(number))
    tell_members(number, closed.mapped(), "closed by the back end");
  else if (auto user = users_.remove(number); user && !asked_for(x.reason))
    user_died(*user, x.reason);
  else if (broadcaster_ && number == broadcaster_->id() && !stopping_) {
    ++died_;
    spawn_broadcaster();
  }
  count_children();
  // Not the sizes of the tables: those who were told to stop are still counted.
  if (stopping_ && alive_ == 0)
    self_->quit(caf::exit_reason::user_shutdown);
}

void directory_state::room_died_unasked(actor_number room,
                                        const std::string& name,
                                        const caf::error& why) {
  if (stopping_)
    return;
  log::error("room_lost", {{"room", name}, {"error", to_string(why)}},
             "directory loses a room");
  record(node_event::kind::stopped, "room", name);
  ++died_;
  ++env_->directory_counts->dead_rooms;
  tell_members(room, name, "the room has died");
}

// Lanes know the members; the room that knew them is gone.
void directory_state::tell_members(actor_number room, const std::string& name,
                                   const char* why) {
  for (auto& lane : env_->lanes)
    self_->send(lane.actor, room_died{room, name, why});
}

void directory_state::user_died(const std::string& name,
                                const caf::error& why) {
  // Nobody has to be told: connections monitor their user.
  log::error("user_lost", {{"user", name}, {"error", to_string(why)}},
             "directory loses a user");
  ++died_;
}

void directory_state::stop() {
  // First: a connection whose user ends asks for a new one at once.
  stopping_ = true;
  rooms_.for_each([&](auto& x) { self_->send(x, stop_atom{}); });
  users_.for_each([&](auto& x) { self_->send(x, stop_atom{}); });
  self_->send_exit(broadcaster_, caf::exit_reason::user_shutdown);
  broadcaster_ = nullptr;
}

children directory_state::list(const list_children& x) const {
  return x.kind == child_kind::room ? rooms_.list(x) : users_.list(x);
}

children directory_state::list(const find_child& x) const {
  auto found = rooms_.list(x);
  return found.page.empty() ? users_.list(x) : found;
}

busy_rooms directory_state::list(const list_busiest& x) {
  return ranking_.list(x, room_ranking::clock::now());
}

children directory_state::parts() const {
  children result;
  if (broadcaster_)
    result = {{{"everyone", broadcaster_}}, 1};
  return result;
}

void directory_state::record(node_event::kind what, const char* kind,
                             const std::string& name) {
  env_->events->record([&] { return node_event{what, kind, name, {}, {}}; });
}

caf::error inspect(json_inspector& f, directory_state& x) {
  return f(named("name"), "directory", named("rooms"), x.rooms_.size(),
           named("users"), x.users_.size(), named("stopping"), x.stopping_,
           named("errors"), x.died_, named("restarts"), 0);
}

// On a lane: whoever joins a plain room waits for no worker, whatever the hooks
// of other rooms do.
directory::directory(caf::actor_config& config, environment_ptr env)
  : stateful_actor(config,
                   env->lanes.empty() ? nullptr : placement{0}.unit(*env)) {
  set_down_handler([this](const caf::down_msg& x) { state.down(x); });
  state.start(std::move(env));
}

directory::behavior_type directory::make_behavior() {
  return {
    [this](join_room& x) { return state.join(x); },
    [this](sign_on& x) { state.add(x); },
    [this](post_in_room& x) { state.post(x); },
    [this](command_user& x) { state.command(x); },
    [this](const close_room& x) { state.close(x); },
    [this](const passivate& x) { state.on_passivate(x); },
    [this](stop_atom) { state.stop(); },
    [this](const list_children& x) { return state.list(x); },
    [this](const find_child& x) { return state.list(x); },
    [this](const list_busiest& x) { return state.list(x); },
    [this](const list_occupied& x) { return state.list(x); },
    [this](list_parts) { return state.parts(); },
    [this](observe_atom) { return observation(state); },
  };
}

} // namespace atrium
