#include "atrium/broker/redis/cluster/cluster_pipeline.hpp"

#include "atrium/broker/redis/cluster/bounce.hpp"
#include "atrium/broker/redis/cluster/key_slot.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

cluster_pipeline::cluster_pipeline(bus_log log, cluster_links& links,
                                   clock_function now)
  : links_(links),
    now_(now),
    callers_(std::move(log)),
    slots_(now),
    lanes_(*this, links, now) {
  // nop
}

// -- callers ------------------------------------------------------------------

void cluster_pipeline::add(redis_caller& who,
                           const redis_caller::profile& what) {
  auto whose = callers_.add(who, what);
  lanes_.for_each([&](server_lane& x) { x.scripts().add(whose); });
  in_call guard{*this};
  if (was_up_)
    who.on_up();
}

void cluster_pipeline::remove(redis_caller& who) {
  auto whose = callers_.remove(who);
  if (!whose)
    return;
  lanes_.for_each([&](server_lane& x) { x.scripts().remove(*whose); });
  settle(slots_.take_of(*whose), unreachable_reply());
  slots_.update_all();
}

void cluster_pipeline::wake() {
  gather(nullptr);
}

// Servers that have got something to do are woken, but for the one that writes
// already.
void cluster_pipeline::gather(const server_lane* writes) {
  if (is_busy_ || !was_up_)
    return;
  in_call guard{*this};
  callers_.gather([this](cluster_command& x) {
    auto* owner = slots_.owner(x.slot);
    x.life = owner != nullptr && owner->health().is_up() ? owner->life : 0;
    if (owner == nullptr)
      links_.ask_topology();
    if (slots_.push(x))
      callers_.excuse(x);
  });
  lanes_.for_each([&](server_lane& x) {
    if (&x != writes && x.has_work())
      links_.wake(x.number());
  });
  if (callers_.unanswered() > 0)
    links_.on_waiting();
}

// -- servers ------------------------------------------------------------------

void cluster_pipeline::set_map(const slot_map& x) {
  std::vector<server_lane*> owners;
  auto is_changed = std::exchange(is_moved_, false);
  lanes_.leave_all();
  for (auto& server : x.servers())
    owners.push_back(&lane_of(server));
  for (std::size_t slot = 0; slot < slot_count; ++slot) {
    auto i = x.owner(slot);
    auto* owner = i == slot_map::nobody ? nullptr : owners[i];
    is_changed = is_changed || owner != slots_.owner(slot);
    slots_.assign(slot, owner);
  }
  slots_.update_all();
  close_unused();
  if (is_changed)
    tell_callers();
  gather(nullptr);
}

// A server may know less of a slot than the one that had it before.
void cluster_pipeline::tell_callers() {
  in_call guard{*this};
  if (was_up_)
    callers_.on_up();
}

server_lane& cluster_pipeline::lane_of(const cluster_server& x) {
  auto is_new = false;
  auto& result = lanes_.lane_of(x, is_new);
  if (is_new)
    for (auto& whose : callers_.all())
      if (whose->who != nullptr)
        result.scripts().add(whose);
  return result;
}

void cluster_pipeline::close_unused() {
  for (auto* x : lanes_.unused())
    close(*x);
}

void cluster_pipeline::close(server_lane& x) {
  links_.close(x.number());
  auto lost = x.take_sent();
  for (auto* what : lost)
    slots_.of(*what).on_gone();
  slots_.forget(x);
  lanes_.erase(x);
  settle(std::move(lost), lost_reply());
}

std::optional<std::size_t>
cluster_pipeline::server_of(std::string_view key) const {
  auto* owner = slots_.owner(key_slot(key));
  if (owner == nullptr)
    return std::nullopt;
  return owner->number();
}

// -- time ---------------------------------------------------------------------

void cluster_pipeline::tick() {
  auto now = last_tick_ = now_();
  lanes_.for_each([&](server_lane& x) {
    if (x.health().begins_to_hang(now))
      excuse_all_of(x);
  });
  auto is_full = callers_.excused() > max_parked;
  settle(slots_.take_overdue(is_full ? clock::duration{} : patience),
         unreachable_reply());
  slots_.update_due();
  close_unused();
  gather(nullptr);
}

auto cluster_pipeline::next_tick() const -> std::optional<clock::time_point> {
  if (callers_.unanswered() == 0)
    return std::nullopt;
  return last_tick_ + tick_time;
}

void cluster_pipeline::excuse_all_of(server_lane& x) {
  auto excuse = [this](cluster_command& y) { callers_.excuse(y); };
  x.for_each_sent(excuse);
  slots_.for_each_waiting(x, excuse);
}

// Each caller in the order of its commands.
void cluster_pipeline::settle(std::vector<cluster_command*> all,
                              resp_reply reply) {
  in_call guard{*this};
  std::ranges::sort(all, {}, &cluster_command::serial);
  for (auto* x : all)
    callers_.settle(*x, reply);
  callers_.on_read_end();
}

// -- from lanes ---------------------------------------------------------------

void cluster_pipeline::on_lane_up(server_lane& x) {
  in_call guard{*this};
  was_up_ = true;
  x.life = ++lives_;
  slots_.update_all();
  callers_.on_up();
}

void cluster_pipeline::on_lane_down(server_lane& x,
                                    const std::vector<cluster_command*>& lost,
                                    std::string_view reason) {
  for (auto* what : lost)
    slots_.of(*what).on_gone();
  excuse_all_of(x);
  slots_.update_all();
  settle(lost, lost_reply());
  links_.ask_topology();
  if (is_demotion(reason))
    links_.on_demoted(x.number(), reason, nullptr);
  gather(&x);
}

void cluster_pipeline::on_turned_away(server_lane& x,
                                      const dial_protocol::endpoint& from,
                                      std::string_view reason) {
  links_.ask_topology();
  links_.on_demoted(x.number(), reason, &from);
}

void cluster_pipeline::on_lane_read_end(server_lane&) {
  in_call guard{*this};
  callers_.on_read_end();
}

// The same complaint of one server only is no reason not to ask the others.
void cluster_pipeline::on_loaded(server_lane& x, caller_record& whose,
                                 resp_reply reply) {
  in_call guard{*this};
  if (whose.who == nullptr)
    return;
  if (x.scripts().on_loaded(whose, reply))
    return whose.who->on_script(reply.front().text);
  if (is_not_ready(reply))
    return;
  auto error = loggable(reply.front().text);
  callers_.report(whose, error);
  auto is_somewhere = false;
  lanes_.for_each([&](server_lane& other) {
    is_somewhere |= other.health().is_up() && other.scripts().has(whose);
  });
  if (!is_somewhere)
    whose.who->on_script_refused(error);
}

} // namespace atrium
