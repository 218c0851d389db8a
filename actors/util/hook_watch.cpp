#include "atrium/actors/util/hook_watch.hpp"

#include <algorithm>
#include <atomic>

namespace atrium {

namespace {

std::size_t number_of_thread() {
  // Threads are numbered as they come, so the first 64 share no slot.
  static std::atomic<std::size_t> next = 0;
  thread_local const auto number = next.fetch_add(1, std::memory_order_relaxed);
  return number;
}

} // namespace

hook_watch::watched_call::~watched_call() {
  if (in_ == nullptr)
    return;
  // Another thread may be copying the name, which dies with the room.
  std::lock_guard guard{in_->mutex};
  in_->room = nullptr;
}

auto hook_watch::begin(const std::string& room, clock::time_point now)
  -> watched_call {
  auto& x = slots_[number_of_thread() % slots_.size()];
  std::lock_guard guard{x.mutex};
  if (x.room != nullptr) // a hook within a hook, or more threads than slots
    return watched_call{nullptr};
  x.room = &room;
  x.since = now;
  x.tell_after = {};
  return watched_call{&x};
}

auto hook_watch::late(clock::duration least, clock::time_point now) const
  -> std::vector<late_hook> {
  std::vector<late_hook> result;
  for (auto& x : slots_) {
    std::lock_guard guard{x.mutex};
    if (x.room != nullptr && now - x.since >= least)
      result.push_back({*x.room, now - x.since});
  }
  return result;
}

auto hook_watch::newly_late(clock::duration least, clock::time_point now)
  -> std::vector<late_hook> {
  std::vector<late_hook> result;
  for (auto& x : slots_) {
    std::lock_guard guard{x.mutex};
    auto time = now - x.since;
    if (x.room == nullptr || time < std::max(least, x.tell_after))
      continue;
    result.push_back({*x.room, time});
    // A hook that never returns makes fewer and fewer lines in the log.
    x.tell_after = 2 * time;
  }
  return result;
}

} // namespace atrium
