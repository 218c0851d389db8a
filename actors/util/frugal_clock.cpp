#include "atrium/actors/util/frugal_clock.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/group.hpp>

#include <algorithm>
#include <utility>

namespace atrium {

frugal_clock::frugal_clock(caf::actor_clock& timeouts) : timeouts_(timeouts) {
  // nop
}

// -- the work of one thread ---------------------------------------------------

void frugal_clock::run() {
  std::unique_lock guard{mutex_};
  while (!stops_) {
    if (!messages_.empty() && messages_.begin()->first <= now()) {
      auto next = take_first();
      // Unlocked: what is sent, and an actor that goes with its last reference,
      // may use the clock.
      guard.unlock();
      next.to->enqueue(std::move(next.what), nullptr);
      next = {};
      guard.lock();
      continue;
    }
    ++sleeps_;
    if (messages_.empty())
      changed_.wait(guard);
    else
      changed_.wait_until(guard, time_point{messages_.begin()->first});
  }
}

void frugal_clock::stop() {
  {
    std::lock_guard guard{mutex_};
    stops_ = true;
  }
  changed_.notify_all();
  clear();
}

auto frugal_clock::take_first() -> delayed {
  auto first = messages_.begin();
  auto result = std::move(first->second);
  auto [from, to] = by_receiver_.equal_range(result.to->id());
  by_receiver_.erase(
    std::find_if(from, to, [=](auto& x) { return x.second == first; }));
  messages_.erase(first);
  return result;
}

// -- numbers ------------------------------------------------------------------

std::size_t frugal_clock::waiting() const {
  std::lock_guard guard{mutex_};
  return messages_.size();
}

std::size_t frugal_clock::sleeps() const {
  std::lock_guard guard{mutex_};
  return sleeps_;
}

// -- timeouts -----------------------------------------------------------------

void frugal_clock::will_time_out(caf::abstract_actor* self) {
  std::lock_guard guard{mutex_};
  timed_.insert(self->id());
}

void frugal_clock::set_ordinary_timeout(time_point due,
                                        caf::abstract_actor* self,
                                        caf::atom_value type,
                                        std::uint64_t id) {
  will_time_out(self);
  timeouts_.set_ordinary_timeout(due, self, type, id);
}

void frugal_clock::set_multi_timeout(time_point due, caf::abstract_actor* self,
                                     caf::atom_value type, std::uint64_t id) {
  will_time_out(self);
  timeouts_.set_multi_timeout(due, self, type, id);
}

void frugal_clock::set_request_timeout(time_point due,
                                       caf::abstract_actor* self,
                                       caf::message_id id) {
  will_time_out(self);
  timeouts_.set_request_timeout(due, self, id);
}

void frugal_clock::cancel_ordinary_timeout(caf::abstract_actor* self,
                                           caf::atom_value type) {
  timeouts_.cancel_ordinary_timeout(self, type);
}

void frugal_clock::cancel_request_timeout(caf::abstract_actor* self,
                                          caf::message_id id) {
  timeouts_.cancel_request_timeout(self, id);
}

// Wakes no thread, also if the first message goes: one look too many at the
// clock, when that was due, costs less.
void frugal_clock::cancel_timeouts(caf::abstract_actor* self) {
  std::vector<delayed> dropped; // after the lock: actors may go with them
  auto was_timed = false;
  {
    std::lock_guard guard{mutex_};
    auto [from, to] = by_receiver_.equal_range(self->id());
    for (auto i = from; i != to; ++i) {
      dropped.push_back(std::move(i->second->second));
      messages_.erase(i->second);
    }
    by_receiver_.erase(from, to);
    was_timed = timed_.erase(self->id()) != 0;
  }
  if (was_timed)
    timeouts_.cancel_timeouts(self);
}

// -- messages -----------------------------------------------------------------

void frugal_clock::schedule_message(time_point due,
                                    caf::strong_actor_ptr receiver,
                                    caf::mailbox_element_ptr content) {
  if (!receiver)
    return;
  auto id = receiver->id();
  std::unique_lock guard{mutex_};
  auto at
    = messages_.emplace(due, delayed{std::move(receiver), std::move(content)});
  by_receiver_.emplace(id, at);
  auto is_first = at == messages_.begin();
  guard.unlock();
  if (is_first)
    changed_.notify_one();
}

void frugal_clock::schedule_message(time_point due, caf::group target,
                                    caf::strong_actor_ptr sender,
                                    caf::message content) {
  timeouts_.schedule_message(due, std::move(target), std::move(sender),
                             std::move(content));
}

void frugal_clock::cancel_all() {
  clear();
  timeouts_.cancel_all();
}

void frugal_clock::clear() {
  schedule dropped; // after the lock: actors may go with them
  std::lock_guard guard{mutex_};
  by_receiver_.clear();
  dropped.swap(messages_);
}

} // namespace atrium
