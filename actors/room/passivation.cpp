#include "atrium/actors/room/passivation.hpp"

#include "atrium/actors/directory_messages.hpp"
#include "atrium/actors/room_messages.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

using namespace std::chrono_literals;

void passivation::start(room_actor::pointer self, environment_ptr env,
                        directory_actor directory) {
  self_ = self;
  env_ = std::move(env);
  directory_ = std::move(directory);
}

void passivation::begin(bool open) {
  if (!open)
    return offer();
  auto linger = logic_.run([](room_logic& x) { return x.linger(); });
  if (!empty_since_) // or else who is not let in would keep the room
    empty_since_ = env_->now();
  if (!linger || linger->count() <= 0)
    offer();
  else if (!std::exchange(lingering_, true))
    self_->delayed_send(self_, *linger, room_lingered{});
}

// One timer at a time, however often the room becomes empty meanwhile. CAF
// cannot cancel a timer, so it also fires when somebody has come.
void passivation::lingered(bool is_empty) {
  lingering_ = false;
  if (!is_empty)
    return;
  auto linger = logic_.run([](room_logic& x) { return x.linger(); });
  auto whole = linger.value_or(0ms);
  // Once more at most, should the clock have been set back.
  auto rest
    = std::min<unix_time::duration>(whole, *empty_since_ + whole - env_->now());
  if (rest <= 0ms)
    return offer();
  lingering_ = true;
  self_->delayed_send(self_, rest, room_lingered{});
}

void passivation::offer() {
  // An offer may be out of date by the time it arrives: the directory sees that
  // by the number, and the next time that the room is empty it offers again.
  self_->send(directory_, passivate{self_->id(), received_joins_});
}

} // namespace atrium
