#include "atrium/actors/room/join_queue.hpp"

#include "atrium/actors/bus_messages.hpp"
#include "atrium/actors/directory_messages.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/room_messages.hpp"
#include "atrium/broker/log/log.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace atrium {

void join_queue::start(room_actor::pointer self, environment_ptr env,
                       placement at, std::string name) {
  self_ = self;
  env_ = std::move(env);
  placement_ = at;
  name_ = std::move(name);
  channel_ = env_->names.room(name_);
}

void join_queue::add(join_room& x, promise answer, bool is_new) {
  // A steady clock: a join must not fail because somebody sets the time.
  auto deadline = self_->clock().now() + env_->limits->bus_timeout;
  entry one{std::move(x), std::move(answer), 0, deadline};
  // Refused at once: who waited would only hear the same after the timeout.
  if (!refusal_.empty()) {
    entries refused;
    refused.push_back(std::move(one));
    return fail(std::move(refused), errc::bus_unavailable, refusal_);
  }
  // A new channel needs no proof. The bus will acknowledge it, and that answer
  // is younger than the join. Number 0 stands for this.
  if (!is_new)
    one.number
      = proof_.want(placement_.bus_of(*env_), channel_, room_actor{self_});
  waiting_.push_back(std::move(one));
  watch_patience();
}

auto join_queue::take_proven(const channel_carried& x) -> entries {
  proof_.settle(x, placement_.bus_of(*env_), channel_, room_actor{self_});
  return take([&](auto& y) { return y.number <= x.number; });
}

auto join_queue::take_all() -> entries {
  return std::exchange(waiting_, {});
}

void join_queue::refuse(const std::string& reason) {
  refusal_ = reason;
  fail(take_all(), errc::bus_unavailable, reason);
}

void join_queue::fail(entries joins, errc why, const std::string& reason) {
  if (joins.empty())
    return;
  log::warn("room_not_opened",
            {{"room", name_}, {"joins", joins.size()}, {"error", reason}},
            "room gives up joins");
  // Each promise is delivered: CAF 0.17 sends nothing for one that is dropped,
  // and connections put no timeout on a join.
  for (auto& x : joins)
    x.answer.deliver(caf::make_error(why, std::string{reason}));
}

void join_queue::check_patience() {
  watching_ = false;
  auto now = self_->clock().now();
  fail(take([=](auto& x) { return x.deadline <= now; }), errc::bus_unavailable,
       "no answer in time");
  watch_patience();
}

// One timer at a time, for the join that has waited longest: all joins may wait
// equally long, so the oldest is the first to give up.
void join_queue::watch_patience() {
  if (watching_ || waiting_.empty())
    return;
  watching_ = true;
  auto rest = waiting_.front().deadline - self_->clock().now();
  self_->delayed_send(self_, std::max(rest, decltype(rest)::zero()),
                      room_deadline{});
}

template <class Predicate>
auto join_queue::take(Predicate which) -> entries {
  // In the order of arrival: when the room gets full, the first to ask are in.
  auto first = std::stable_partition(waiting_.begin(), waiting_.end(),
                                     std::not_fn(which));
  entries result{std::make_move_iterator(first),
                 std::make_move_iterator(waiting_.end())};
  waiting_.erase(first, waiting_.end());
  return result;
}

} // namespace atrium
