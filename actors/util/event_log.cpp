#include "atrium/actors/util/event_log.hpp"

namespace atrium {

const char* to_string(node_event::kind x) {
  switch (x) {
  case node_event::kind::spawned:
    return "spawned";
  case node_event::kind::stopped:
    return "stopped";
  case node_event::kind::restarted:
    return "restarted";
  case node_event::kind::joined:
    return "joined";
  case node_event::kind::left:
    return "left";
  case node_event::kind::slow:
    return "slow";
  case node_event::kind::dropped:
    return "dropped";
  }
  return "unknown";
}

event_log::page event_log::read(std::uint64_t after) {
  // Before the lock: what happens from now on is recorded for this reader, who
  // gets a number to go on with.
  read_until_ = (clock::now() + patience).time_since_epoch().count();
  std::lock_guard guard{mutex_};
  page result;
  result.next = next_;
  if (after == 0 || after >= next_)
    return result; // or it is the number of another run
  auto oldest = next_ - events_.size();
  if (after < oldest)
    result.missed = oldest - after;
  for (auto& x : events_)
    if (x.number >= after)
      result.events.push_back(x);
  return result;
}

void event_log::add(node_event x) {
  x.time = std::chrono::floor<std::chrono::milliseconds>(
    std::chrono::system_clock::now());
  std::lock_guard guard{mutex_};
  x.number = next_++;
  if (events_.size() == capacity)
    events_.pop_front();
  events_.push_back(std::move(x));
}

} // namespace atrium
