#include "atrium/actors/room_homes.hpp"

#include "atrium/actors/user_command.hpp"
#include "atrium/broker/util/rendezvous.hpp"

#include <caf/send.hpp>

#include <utility>
#include <vector>

namespace atrium {

namespace {

// The first of them that is alive owns the room: more would be of use only if
// that many nodes died at once.
constexpr std::size_t most_candidates = 5;

} // namespace

room_homes::~room_homes() = default;

void room_homes::watch(std::shared_ptr<node_registry> registry) {
  {
    std::lock_guard guard{mutex_};
    registry_ = std::move(registry);
  }
  caf::anon_send(table_, registry_due{});
}

void room_homes::forget_registry() {
  std::lock_guard guard{mutex_};
  registry_ = nullptr;
}

void room_homes::find(const environment& env, const std::string& room,
                      std::function<void(found_owner)> done) const {
  owners_->find(room, order(env, room), std::move(done));
}

std::vector<std::string> room_homes::order(const environment& env,
                                           const std::string& room) const {
  std::vector<std::string> runs;
  if (auto known = candidates())
    runs.assign(known->begin(), known->end());
  else if (!is_draining())
    runs.push_back(env.run_id);
  return by_rendezvous(room, std::move(runs), most_candidates);
}

bool room_homes::prefers_us(const environment& env,
                            const std::string& room) const {
  auto runs = order(env, room);
  return !runs.empty() && runs.front() == env.run_id;
}

void room_homes::send(const environment& env, placement from,
                      const std::string& run, room_request what) const {
  if (run == env.run_id)
    take({run, std::move(what)});
  else
    to_others_(from.bus_of(env), env, run, std::move(what));
}

void room_homes::take(owner_request x) const {
  caf::anon_send(table_, std::move(x));
}

void room_homes::tell_losses(room_actor who) const {
  caf::anon_send(table_, watch_room{std::move(who)});
}

void room_homes::close(close_room x) const {
  caf::anon_send(table_, std::move(x));
}

void room_homes::drain() {
  caf::anon_send(table_, drain_owners{});
}

void room_homes::stop() {
  caf::anon_send(table_, stop_atom{});
}

void room_homes::leave_out(const std::string& run) {
  std::lock_guard guard{mutex_};
  if (!candidates_ || candidates_->count(run) == 0)
    return;
  auto rest = std::make_shared<run_set>(*candidates_);
  rest->erase(run);
  candidates_ = std::move(rest);
}

std::shared_ptr<const run_set> room_homes::alive() const {
  std::lock_guard guard{mutex_};
  return alive_;
}

std::shared_ptr<const run_set> room_homes::candidates() const {
  std::lock_guard guard{mutex_};
  return candidates_;
}

void room_homes::set_alive(std::shared_ptr<const run_set> all,
                           std::shared_ptr<const run_set> candidates) {
  std::lock_guard guard{mutex_};
  alive_ = std::move(all);
  candidates_ = std::move(candidates);
}

std::shared_ptr<node_registry> room_homes::registry() const {
  std::lock_guard guard{mutex_};
  return registry_;
}

} // namespace atrium
