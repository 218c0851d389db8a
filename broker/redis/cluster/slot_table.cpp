#include "atrium/broker/redis/cluster/slot_table.hpp"

#include "atrium/broker/redis/cluster/key_slot.hpp"

#include <utility>

namespace atrium {

slot_table::slot_table(clock_function now)
  : now_(std::move(now)), owners_(slot_count), is_proven_(slot_count) {
  // nop
}

server_lane* slot_table::target(const slot_queue& x) const noexcept {
  auto* asked = x.front()->asked;
  return asked != nullptr ? asked : owners_[x.number()];
}

// Behind commands in flight only to the same server, while it serves them.
bool slot_table::may_send(const slot_queue& x, const server_lane& to) const {
  if (!to.health().is_up())
    return false;
  if (x.in_flight() > 0)
    return x.with() == &to && owners_[x.number()] == &to
           && is_proven_[x.number()] && to.is_trusted();
  return !x.trouble() || x.resumes() <= now_();
}

void slot_table::move(slot_queue& x, server_lane& to) {
  assign(x.number(), &to);
  for (auto* waits = x.front(); waits != nullptr; waits = waits->next)
    waits->asked = nullptr;
}

// -- commands -----------------------------------------------------------------

bool slot_table::push(cluster_command& x) {
  auto i = slots_.try_emplace(x.slot, x.slot).first;
  if (i->second.is_idle() && i->second.trouble()
      && i->second.resumes() + memory <= now_()) {
    slots_.erase(i);
    i = slots_.try_emplace(x.slot, x.slot).first;
  }
  auto& slot = i->second;
  slot.push(x);
  auto* to = target(slot);
  if (to == nullptr)
    slot.on_nobody(now_());
  update(slot);
  return slot.trouble() || to->health().trouble();
}

void slot_table::update(slot_queue& x) {
  if (x.is_idle() && !x.trouble()) {
    slots_.erase(x.number());
    return;
  }
  if (x.front() == nullptr || x.listed_with != nullptr)
    return;
  auto* to = target(x);
  if (to == nullptr || !may_send(x, *to))
    return;
  x.listed_with = to;
  to->ready.push_back(&x);
}

cluster_command* slot_table::next_for(server_lane& x) {
  while (!x.ready.empty()) {
    auto& slot = *x.ready.front();
    x.ready.pop_front();
    slot.listed_with = nullptr;
    cluster_command* result = nullptr;
    if (slot.front() != nullptr && target(slot) == &x && may_send(slot, x))
      result = &slot.send_to(x);
    update(slot);
    if (result != nullptr)
      return result;
  }
  return nullptr;
}

void slot_table::on_served(slot_queue& x, const server_lane& by) {
  x.on_gone();
  x.on_served();
  if (owners_[x.number()] == &by)
    is_proven_[x.number()] = true;
}

void slot_table::on_bounce(slot_queue& x, cluster_command& what,
                           clock::duration wait) {
  auto now = now_();
  is_proven_[x.number()] = false;
  unlist(x);
  x.on_bounce(what, now, now + wait);
  update(x);
}

// -- changes ------------------------------------------------------------------

void slot_table::update_due() {
  for (auto i = slots_.begin(); i != slots_.end();)
    update((i++)->second); // may erase it
}

void slot_table::update_all() {
  for (auto& [number, x] : slots_)
    if (auto* from = std::exchange(x.listed_with, nullptr))
      from->ready.clear();
  update_due();
}

void slot_table::unlist(slot_queue& x) {
  if (auto* from = std::exchange(x.listed_with, nullptr))
    std::erase(from->ready, &x);
}

void slot_table::forget(const server_lane& x) {
  for (std::size_t slot = 0; slot < slot_count; ++slot)
    if (owners_[slot] == &x)
      assign(slot, nullptr);
  for (auto& [number, slot] : slots_)
    for (auto* waits = slot.front(); waits != nullptr; waits = waits->next)
      if (waits->asked == &x)
        waits->asked = nullptr;
  update_all();
}

std::vector<cluster_command*>
slot_table::take_overdue(clock::duration patience) {
  std::vector<cluster_command*> result;
  auto now = now_();
  for (auto& [number, x] : slots_) {
    if (x.front() == nullptr)
      continue;
    auto* to = target(x);
    if (to == nullptr)
      x.on_nobody(now);
    auto is_over
      = [&](auto since) { return since && *since + patience <= now; };
    auto is_of_all = to == nullptr || is_over(to->health().trouble());
    if (!is_over(x.trouble()) && !(to != nullptr && is_of_all))
      continue;
    // Other keys of a slot that is on its way may be served.
    auto all = x.take_if([&](auto& y) { return is_of_all || y.has_bounced; });
    result.insert(result.end(), all.begin(), all.end());
  }
  return result;
}

std::vector<cluster_command*> slot_table::take_of(const caller_record& whose) {
  std::vector<cluster_command*> result;
  for (auto& [number, x] : slots_) {
    auto some = x.take_if([&](auto& y) { return y.whose == &whose; });
    result.insert(result.end(), some.begin(), some.end());
  }
  return result;
}

void slot_table::for_each_waiting(const server_lane& x, const visitor& visit) {
  for (auto& [number, slot] : slots_)
    if (slot.front() != nullptr && target(slot) == &x)
      for (auto* waits = slot.front(); waits != nullptr; waits = waits->next)
        visit(*waits);
}

} // namespace atrium
