#include "atrium/actors/util/semaphore.hpp"

#include <algorithm>

namespace atrium {

void semaphore::miss(std::uint64_t who, unix_time from, unix_time to,
                     teller tell) {
  {
    std::lock_guard guard{mutex_};
    if (!missed_)
      missed_ = std::make_unique<holes>();
    auto [i, is_new] = missed_->try_emplace(who, hole{from, to, nullptr});
    auto& x = i->second;
    x.from = std::min(x.from, from);
    x.to = std::max(x.to, to);
    if (is_new)
      x.tell = std::move(tell);
    is_missed_ = true;
  }
  // All who could have told may have left meanwhile.
  if (is_drained())
    tell_if_drained();
}

void semaphore::tell_if_drained() {
  // Released outside of the lock: a `tell` may hold the last reference to an
  // actor, whose waiting messages give their permits back and come by here.
  std::unique_ptr<holes> told; // released outside of the lock
  std::lock_guard guard{mutex_};
  if (!missed_ || !is_drained())
    return;
  // Under the lock, and the flag last: who gets something through meanwhile
  // waits in `tell_one`, so the gap is in the mailbox before that.
  for (auto& [who, x] : *missed_)
    x.tell(x.from, x.to);
  told.swap(missed_);
  is_missed_ = false;
}

void semaphore::tell_one(std::uint64_t who) {
  holes::node_type found; // released outside of the lock
  std::lock_guard guard{mutex_};
  if (!missed_)
    return;
  found = missed_->extract(who);
  if (!found.empty())
    found.mapped().tell(found.mapped().from, found.mapped().to);
  if (!missed_->empty())
    return;
  missed_.reset();
  is_missed_ = false;
}

} // namespace atrium
