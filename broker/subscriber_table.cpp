#include "atrium/broker/subscriber_table.hpp"

#include <chrono>
#include <utility>

namespace atrium {

namespace {

unix_time wall_clock() {
  using namespace std::chrono;
  return floor<milliseconds>(system_clock::now());
}

} // namespace

subscriber_table::subscriber_table(bus_log log, clock now)
  : log_(std::move(log)), now_(now ? std::move(now) : wall_clock) {
  // nop
}

bool subscriber_table::add(bus_listener_ptr who) {
  auto& channel = channels_[who->channel];
  auto is_first = channel.listeners.empty();
  channel.listeners.push_back(who);
  if (channel.live)
    greet(*who);
  return is_first;
}

bool subscriber_table::remove(const bus_listener_ptr& who) {
  auto i = channels_.find(who->channel);
  if (i == channels_.end())
    return false;
  auto& listeners = i->second.listeners;
  auto removed = std::erase(listeners, who);
  if (removed == 0 || !listeners.empty())
    return false;
  channels_.erase(i);
  return true;
}

void subscriber_table::on_acknowledged(std::string_view name) {
  auto i = channels_.find(name);
  if (i == channels_.end())
    return;
  auto& channel = i->second;
  channel.live = true;
  auto since = std::exchange(channel.lost_since, std::nullopt);
  for (auto& who : channel.listeners) {
    if (!who->told)
      greet(*who);
    else if (since)
      tell(*who, [&] { who->who->on_gap(*since, now_()); });
  }
}

void subscriber_table::on_refused(std::string_view name,
                                  std::string_view reason) {
  auto i = channels_.find(name);
  if (i == channels_.end())
    return;
  auto channel = std::move(i->second);
  channels_.erase(i);
  for (auto& who : channel.listeners)
    tell(*who, [&] { who->who->on_refused(std::string{reason}); });
}

void subscriber_table::on_message(std::string_view name,
                                  std::string_view payload) {
  auto i = channels_.find(name);
  if (i == channels_.end() || !i->second.live)
    return;
  ++received_;
  auto& batch = i->second.batch;
  if (batch.empty())
    touched_.push_back(i->first);
  batch.push_back(std::make_shared<const std::string>(payload));
}

void subscriber_table::flush() {
  for (auto& name : touched_)
    if (auto i = channels_.find(name); i != channels_.end())
      deliver(i->second);
  touched_.clear();
}

void subscriber_table::on_lost(unix_time since) {
  for (auto& [name, channel] : channels_) {
    // A second loss before the repair of the first extends the same gap.
    if (channel.live)
      channel.lost_since = since;
    channel.live = false;
  }
}

void subscriber_table::clear() {
  channels_.clear();
  touched_.clear();
}

template <class F>
void subscriber_table::tell(const bus_listener& who, F&& f) {
  if (!who.ended.load())
    call_guarded(log_, std::forward<F>(f));
}

void subscriber_table::greet(bus_listener& who) {
  who.told = true;
  tell(who, [&] { who.who->on_subscribed(); });
}

void subscriber_table::deliver(channel_state& channel) {
  auto batch = std::exchange(channel.batch, {});
  for (auto& who : channel.listeners)
    tell(*who, [&] { who->who->on_messages(batch); });
}

} // namespace atrium
