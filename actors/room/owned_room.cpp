#include "atrium/actors/room/owned_room.hpp"

#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/delivery/watch_log.hpp"

#include <memory>

namespace atrium {

namespace {

room_request join_of(const member& who) {
  room_request result;
  result.what = room_request::kind::join;
  result.user = who.user;
  result.connection = who.connection;
  result.info = who.info;
  return result;
}

} // namespace

void owned_room::start(room_actor::pointer self, environment_ptr env,
                       placement at, const std::string& name, bool watched) {
  self_ = self;
  env_ = std::move(env);
  name_ = name;
  watched_ = watched;
  link_.start(self_, env_, at, name_);
}

// First the notes: who is let in gets the messages behind that.
void owned_room::take(const arrived& x) {
  if (!is_on())
    return;
  for (auto& notes : x.notes)
    link_.take(notes);
  for (auto& message : x.batch)
    link_.take(message);
}

// Behind the presence, which the newcomer waits for, and before the history,
// from which the newcomer's place would be out of date by the answer.
void owned_room::ask(join_queue::entry join) {
  auto& from = join.request.from;
  auto most = env_->limits->members_per_room;
  if (most != 0 && members_.size() + approved_.size() >= most) {
    join.answer.deliver(caf::make_error(errc::room_full, "the room is full"));
    return room_.settle();
  }
  auto what = join_of(from.who);
  // Shared: a function of the standard library has to be copied.
  auto entry = std::make_shared<join_queue::entry>(std::move(join));
  link_.ask(std::move(what), [this, entry](const owner_answer& x) {
    auto& who = entry->request.from.who;
    if (x.code == errc::none) {
      approved_.try_emplace(entry->request.from.number(), who,
                            std::vector<std::string>{});
      return room_.go_on(std::move(*entry));
    }
    if (watched_)
      watch_log::refused(name_, who, x.code);
    // Nobody knows whether the owner has let it in, or will.
    if (x.code == errc::timeout)
      link_.leave(who);
    entry->answer.deliver(caf::make_error(x.code, x.text));
    room_.settle();
  });
}

void owned_room::admitted(actor_number connection) {
  auto approved = approved_.extract(connection);
  if (approved.empty())
    return;
  auto& [who, told] = approved.mapped();
  for (auto& data : told)
    publisher_.tell(who, std::move(data));
}

// The owner has let somebody in who is not let in here.
void owned_room::take_back(const room_member& x) {
  if (approved_.erase(x.number()) != 0)
    link_.leave(x.who);
}

void owned_room::forward(publish_in_room& x) {
  auto& request = x.request;
  outcome result{{accepted::kind::published, std::move(request.id), name_, {}}};
  result.number = x.number;
  auto i = members_.find(x.from->id());
  if (i == members_.end()) {
    result.code = errc::not_a_member;
    result.message = "only members may publish";
    return self_->send(x.from, std::move(result));
  }
  room_request what;
  what.what = room_request::kind::publish;
  what.user = i->second.who.user;
  what.connection = i->second.who.connection;
  what.data = std::move(request.data);
  what.is_chosen_id = !request.event_id.empty();
  what.event_id = std::move(request.event_id);
  what.trace_id = std::move(request.trace_id);
  what.traceparent = std::move(request.traceparent);
  what.echo = request.echo;
  auto shared = std::make_shared<outcome>(std::move(result));
  auto& who = i->second.who;
  link_.ask(std::move(what), [this, to = x.from, who, shared](owner_answer y) {
    auto& told = *shared;
    told.code = y.code;
    if (y.code != errc::none) {
      if (watched_)
        watch_log::refused(name_, who, y.code);
      told.message = std::move(y.text);
    } else if (y.data) {
      told.answer = std::move(*y.data);
    } else {
      publisher_.count_published();
      told.what.event_id = std::move(y.text);
      told.what.at = std::move(y.at);
    }
    self_->send(to, std::move(told));
    room_.settle();
  });
}

void owned_room::forward(post_in_room& x) {
  room_request what;
  what.what = room_request::kind::publish;
  what.data = std::move(x.what.data);
  what.event_id = std::move(x.what.event_id);
  what.trace_id = std::move(x.what.trace_id);
  what.traceparent = std::move(x.traceparent);
  what.is_chosen_id = x.is_chosen_id;
  link_.ask(std::move(what), [this, done = std::move(x.done)](owner_answer y) {
    if (y.code != errc::none)
      done.refuse(y.code, std::move(y.text));
    else if (y.data)
      done.answer(std::move(*y.data));
    else
      done.tell({errc::none, std::move(y.at)}, std::move(y.text));
    if (y.code == errc::none && !y.data)
      publisher_.count_published();
    room_.settle();
  });
}

// To one who is not quite in yet when they are: behind `joined`.
void owned_room::told(const std::string& connection, const std::string& data) {
  auto number = connection_number(*env_, connection);
  if (number == 0)
    return; // of another node
  auto i = approved_.find(number);
  if (i != approved_.end())
    i->second.second.push_back(data);
  else if (auto known = members_.find(number); known != members_.end())
    publisher_.tell(known->second.who, data);
}

void owned_room::restarted() {
  room_.lose_state(false);
}

void owned_room::given_up() {
  room_.lose_state(true);
}

std::vector<room_request> owned_room::members_again() {
  std::vector<room_request> result;
  for (auto& [number, x] : members_)
    result.push_back(join_of(x.who));
  for (auto& [number, x] : approved_)
    result.push_back(join_of(x.first));
  for (auto& x : result)
    x.room = name_;
  return result;
}

bool owned_room::is_used() const {
  return !members_.empty() || !approved_.empty();
}

void owned_room::eased() {
  room_.settle();
}

// To the client it is as if a back end had taken it out.
void owned_room::expelled(const std::string& connection) {
  auto number = connection_number(*env_, connection);
  approved_.erase(number); // then it does not come in at all
  auto i = members_.find(number);
  if (i == members_.end())
    return;
  self_->demonitor(i->second.connection.address());
  self_->send(i->second.connection, room_lost{name_});
  members_.dismiss(i, left{{}, name_, true});
  room_.remove(number);
}

} // namespace atrium
