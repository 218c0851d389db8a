#include "atrium/actors/room/owner_link.hpp"

#include "atrium/actors/room_homes.hpp"
#include "atrium/actors/room_types.hpp"
#include "atrium/actors/util/room_counters.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace atrium {

namespace {

using namespace std::chrono_literals;
using kind = room_request::kind;

// How long an answer takes at most, or the request is sent again.
constexpr auto patience = 1s;

// How often that is looked at.
constexpr auto look_pause = 250ms;

// After so much silence the owner is asked whether it is there. When its node
// dies the registry knows sooner.
constexpr auto silence = 20s;

// Also if others talk with it: it may not know this room any more.
constexpr auto longest_silence = 60s;

} // namespace

owner_link::~owner_link() {
  if (self_ == nullptr || last_run_.empty())
    return;
  room_request last;
  last.room = name_;
  last.stream = requests_.stream();
  last.what = kind::bye;
  env_->homes->send(*env_, placement_, last_run_, std::move(last));
}

void owner_link::start(room_actor::pointer self, environment_ptr env,
                       placement at, const std::string& room) {
  if (!env->homes || env->rooms->home_of(room) != home::one)
    return;
  self_ = self;
  env_ = std::move(env);
  placement_ = at;
  name_ = room;
  heard_ = sent_ = now();
  gave_up_ = again_at_ = heard_ - patience;
  env_->homes->tell_losses(room_actor{self_});
}

auto owner_link::now() const -> time_point {
  return self_->clock().now();
}

void owner_link::open() {
  if (!is_on() || std::exchange(is_open_, true))
    return;
  seek();
}

void owner_link::ask(room_request what, handler done, bool keeps_on) {
  what.room = name_;
  auto deadline
    = keeps_on ? time_point::max() : now() + env_->limits->bus_timeout;
  if (!requests_.add(std::move(what), done, deadline)) {
    ++env_->room_counts->requests_refused;
    return done({errc::bus_unavailable, "too much waits for the room's owner"});
  }
  if (owner_ && is_open_ && !is_seeking_)
    send(requests_.to_send(requests_.last(), now()));
  look_by(now() + look_pause);
}

void owner_link::leave(const member& who) {
  room_request what;
  what.what = kind::leave;
  what.user = who.user;
  what.connection = who.connection;
  ask(std::move(what), {}, true);
}

void owner_link::send(room_request x) {
  if (!owner_)
    return; // all is sent when it has been found
  sent_ = now();
  x.token = owner_->token;
  env_->homes->send(*env_, placement_, owner_->run, std::move(x));
}

bool owner_link::is_needed() const {
  return requests_.size() != 0 || room_.is_used();
}

void owner_link::doubt() {
  requests_.forget_taken();
  if (is_on() && owner_ && is_open_)
    send_all();
}

void owner_link::send_all() {
  if (!send(requests_.to_send(0, now())))
    greet();
}

bool owner_link::send(std::vector<room_request> all) {
  for (auto& x : all)
    send(std::move(x));
  return !all.empty();
}

void owner_link::greet() {
  room_request what;
  what.room = name_;
  what.stream = requests_.stream();
  what.number = what.first = requests_.first();
  send(std::move(what));
}

// -- who it is ----------------------------------------------------------------

void owner_link::seek() {
  if (!is_open_ || std::exchange(is_seeking_, true))
    return;
  env_->homes->find(*env_, name_, [to = room_actor{self_}](found_owner x) {
    caf::anon_send(to, owner_found{std::move(x)});
  });
}

void owner_link::take(const owner_found& x) {
  is_seeking_ = false;
  look_by(now() + look_pause);
  auto is_old = x.what.owner && x.what.owner->token < newest_;
  // An old answer; or the owner after that one is forgotten, and there has to
  // be a newer one.
  if (is_old)
    env_->homes->owners().release(name_, x.what.owner->token, [](auto) {});
  if (is_old || !x.what.owner)
    return owner_.reset();
  auto is_known = owner_ && *owner_ == *x.what.owner;
  owner_ = x.what.owner;
  last_run_ = owner_->run;
  newest_ = owner_->token;
  if (is_known && send(requests_.to_send_again(now() - patience, now())))
    return;
  if (!is_known)
    requests_.forget_taken();
  send_all();
}

void owner_link::take(const runs_lost& x) {
  if (!owner_ || x.runs->count(owner_->run) == 0 || !is_needed())
    return;
  // Its lease may not be over yet: until somebody says something, as after a
  // long silence.
  heard_ = now() - silence;
  look_by(now() + look_pause);
  seek();
}

void owner_link::take(const link_due&) {
  auto time = now();
  if (!due_ || time < *due_)
    return; // that is not the last one that is under way
  due_.reset();
  requests_.expire(time);
  auto is_silent = time - heard_ >= silence || time - sent_ >= longest_silence;
  if (is_needed()
      && (!owner_ || requests_.has_overdue(time - patience)
          || time - heard_ >= silence + 2 * patience)) {
    seek();
  } else if (owner_ && is_silent && time - sent_ >= patience) {
    requests_.forget_taken(); // what it has said may have been lost
    send_all();
  }
  auto is_calm = !is_seeking_ && !requests_.has_untaken() && !is_silent
                 && (owner_ || !is_needed());
  look_by(is_calm ? std::min(heard_ + silence, sent_ + longest_silence)
                  : time + look_pause);
  if (requests_.size() == 0)
    room_.eased();
}

// CAF cannot cancel a timer; one more is asked for only if it comes before the
// one that is under way.
void owner_link::look_by(time_point due) {
  if (due_ && *due_ <= due)
    return;
  due_ = due;
  self_->delayed_send(self_, due - now(), link_due{});
}

} // namespace atrium
