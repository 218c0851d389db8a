#include "atrium/actors/session/read_queue.hpp"

#include "atrium/actors/delivery/history_reading.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace atrium {

namespace {

presence_room room_of(const environment& env, const presence_request& x) {
  return {x.room, env.names.room(x.room), env.limits->presence.find(x.room)};
}

// As for a page of a history: a list must not fill a client's outbox.
void bound_list(std::vector<present_user>& users, const environment& env) {
  constexpr std::size_t keys = 96; // and numbers
  auto most = env.limits->message_bytes / 4;
  std::size_t bytes = 0;
  auto too_much = std::ranges::find_if(users, [&](auto& x) {
    // A letter of a name may need a backslash.
    bytes += 2 * x.user.size() + x.info.size() + keys;
    return bytes > most;
  });
  users.erase(too_much, users.end());
}

} // namespace

void read_queue::start(connection_actor::pointer self, environment_ptr env) {
  self_ = self;
  env_ = std::move(env);
}

void read_queue::add(history_request x) {
  add_any(std::move(x));
}

void read_queue::add(presence_request x) {
  add_any(std::move(x));
}

void read_queue::add_any(request x) {
  waiting_.push_back(std::move(x));
  if (waiting_.size() == 1)
    read_first();
}

void read_queue::read_first() {
  std::visit([this](auto& x) { read(x); }, waiting_.front());
}

void read_queue::read(const history_request& x) {
  read_history(*env_, x, [to = connection_actor{self_}](history_page page) {
    caf::anon_send(to, history_read{std::move(page)});
  });
}

void read_queue::read(const presence_request& x) {
  auto where = room_of(*env_, x);
  env_->presence->read(where, where.mode == presence_mode::full ? x.limit : 0,
                       [to = connection_actor{self_}](presence_page page) {
                         caf::anon_send(to, presence_read{std::move(page)});
                       });
}

template <class Request>
Request read_queue::take_first() {
  auto result = std::move(std::get<Request>(waiting_.front()));
  waiting_.erase(waiting_.begin());
  if (!waiting_.empty())
    read_first();
  return result;
}

reply read_queue::take(history_read& x) {
  auto request = take_first<history_request>();
  if (x.page.error != errc::none)
    return failure{request.id, x.page.error, "the history does not answer",
                   request.room};
  return history_reply(*env_, request, x.page);
}

reply read_queue::take(presence_read& x) {
  auto request = take_first<presence_request>();
  if (x.page.error != errc::none)
    return failure{request.id, x.page.error,
                   "nobody answers who is in the room", request.room};
  present_list result{request.id, request.room, x.page.present, std::nullopt};
  if (room_of(*env_, request).mode == presence_mode::full) {
    bound_list(x.page.users, *env_);
    result.users = std::move(x.page.users);
  }
  return result;
}

} // namespace atrium
