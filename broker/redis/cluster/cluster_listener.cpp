#include "atrium/broker/redis/cluster/cluster_listener.hpp"

#include "atrium/broker/redis/cluster/key_slot.hpp"
#include "atrium/broker/redis/cluster/redirect.hpp"

#include <utility>
#include <vector>

namespace atrium {

cluster_listener::cluster_listener(parts of, gap_clock time)
  : timed_listener(of.io, std::move(time)), of_(std::move(of)) {
  // nop
}

// -- the interface ------------------------------------------------------------

void cluster_listener::start() {
  is_started_ = true;
  set_map(of_.on_begin(*this));
  begin_seconds();
}

void cluster_listener::stop() {
  end_seconds();
  of_.on_over();
  for (auto& [name, x] : ears_)
    x.on->stop();
  places_.clear();
}

void cluster_listener::add(bus_listener_ptr who) {
  auto i = places_.find(who->channel);
  if (i == places_.end())
    i = places_.emplace(who->channel, place{&home_of(who->channel), {}}).first;
  i->second.at->add(std::move(who));
}

void cluster_listener::remove(const bus_listener_ptr& who) {
  auto i = places_.find(who->channel);
  if (i != places_.end() && i->second.at->remove(who))
    places_.erase(i);
}

void cluster_listener::confirm(const std::string& channel,
                               std::function<void()> carried) {
  if (auto i = places_.find(channel); i != places_.end())
    i->second.at->confirm(channel, std::move(carried));
}

void cluster_listener::wake() {
  for (auto& [name, x] : ears_)
    x.on->wake();
  count_all();
}

// -- where channels are -------------------------------------------------------

// A server that has left has no channels any more: they go first.
void cluster_listener::set_map(slot_map map) {
  map_ = std::move(map);
  move_all();
  std::erase_if(ears_, [this](auto& x) {
    auto stays = x.first.empty();
    for (auto& server : map_.servers())
      stays = stays || server.name == x.first;
    if (!stays)
      x.second.on->stop();
    return !stays;
  });
  if (is_started_)
    for (auto& x : map_.servers())
      ear_at(x);
  wake();
}

auto cluster_listener::ear_at(const cluster_server& where) -> ear& {
  auto& result = ears_[where.name];
  if (result.on)
    return result;
  result.where = where;
  result.on = std::make_unique<link_listener>(of_.link(where), clock(), of_.log,
                                              of_.how);
  result.on->on_counted([this, x = &result] {
    follow(*x);
    count_all();
  });
  if (is_started_ && !where.name.empty())
    result.on->start();
  return result;
}

link_listener& cluster_listener::home_of(const std::string& channel) {
  auto owner = map_.owner(key_slot(channel));
  return *ear_at(owner == slot_map::nobody ? cluster_server{}
                                           : map_.servers()[owner])
            .on;
}

void cluster_listener::move(const std::string& channel, place& from,
                            link_listener& to) {
  if (auto audience = from.at->take(channel, longest_move))
    to.put(channel, std::move(*audience));
  from = {&to, steady::now()};
}

void cluster_listener::move_all() {
  for (auto& [channel, at] : places_)
    if (auto& home = home_of(channel); &home != at.at)
      move(channel, at, home);
}

// A server that gives a slot away says only that it has done so: the answer to
// the next SSUBSCRIBE says where the slot is. Servers that do not agree yet
// would send a channel to and fro as fast as they can.
void cluster_listener::follow(ear& from) {
  auto given = from.on->take_given_away();
  if (given.empty())
    return;
  of_.on_doubt();
  for (auto& [channel, where] : given) {
    resp_node error{resp_type::error, 0, where};
    auto found = where.empty() ? std::nullopt : read_redirect({&error, 1});
    if (found)
      map_.move(found->slot,
                server_at(found->host.empty() ? from.where.host : found->host,
                          found->port));
    auto i = places_.find(channel);
    if (i == places_.end())
      continue;
    auto is_early = steady::now() - i->second.since < pause;
    move(channel, i->second, is_early ? *ear_at({}).on : home_of(channel));
  }
  wake();
}

// -- the rest -----------------------------------------------------------------

void cluster_listener::count_all() {
  std::uint64_t received = 0;
  std::size_t channels = 0;
  for (auto& [name, x] : ears_) {
    received += x.on->received();
    channels += x.on->channels();
  }
  count(received, channels);
}

void cluster_listener::retry() {
  for (auto& [name, x] : ears_)
    x.on->retry();
  if (ear_at({}).on->channels() == 0)
    return;
  of_.on_doubt();
  move_all();
  wake();
}

} // namespace atrium
