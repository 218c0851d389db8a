#include "atrium/broker/redis/subscriber_table.hpp"

#include <iterator>
#include <utility>

namespace atrium {

subscriber_table::subscriber_table(gap_clock& clock, bus_log log)
  : clock_(clock), log_(std::move(log)) {
  // nop
}

bool subscriber_table::add(bus_listener_ptr who) {
  auto& channel = channels_[who->channel];
  auto is_first = channel.listeners.empty();
  // A new listener asks for a refused channel at once; `take_refused` then
  // leaves the channel out.
  auto was_refused = std::exchange(channel.refused, false);
  channel.listeners.push_back(who);
  if (channel.live)
    greet_when_proven(who);
  return is_first || was_refused;
}

void subscriber_table::on_held(const bus_listener_ptr& who) {
  channels_[who->channel].live = true;
  greet_when_proven(who);
}

bool subscriber_table::remove(const bus_listener_ptr& who) {
  auto i = channels_.find(who->channel);
  if (i == channels_.end())
    return false;
  auto& listeners = i->second.listeners;
  auto removed = std::erase(listeners, who);
  if (removed == 0 || !listeners.empty())
    return false;
  if (!i->second.batch.empty())
    std::erase(touched_, &i->second);
  channels_.erase(i);
  return true;
}

// What is acknowledged was so when Redis was heard last, which may be seconds
// ago, and only a new answer shows that it still is.
void subscriber_table::confirm(const std::string& channel,
                               std::function<void()> carried) {
  auto i = channels_.find(channel);
  if (i == channels_.end())
    return;
  auto& found = i->second;
  // Only the first doubt since the last question adds the name: a thousand
  // clients that join at once cost one entry.
  if (found.doubts.size() == found.asked)
    doubted_.push_back(channel);
  found.doubts.push_back(std::move(carried));
}

void subscriber_table::on_asked() {
  for (auto& name : doubted_)
    if (auto i = channels_.find(name); i != channels_.end())
      i->second.asked = i->second.doubts.size();
  // `asked_` is empty here: a link has one question under way, and a loss
  // clears the list.
  asked_ = std::exchange(doubted_, {});
}

// The answer shows that the link works, but not that Redis holds a channel
// without acknowledgement. That acknowledgement will settle the doubts.
void subscriber_table::on_proven() {
  for (auto& name : std::exchange(asked_, {}))
    if (auto i = channels_.find(name); i != channels_.end() && i->second.live)
      settle_doubts(i->second, i->second.asked);
}

void subscriber_table::settle_doubts(channel_state& channel,
                                     std::size_t count) {
  auto end = channel.doubts.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<std::function<void()>> settled{
    std::make_move_iterator(channel.doubts.begin()),
    std::make_move_iterator(end)};
  channel.doubts.erase(channel.doubts.begin(), end);
  channel.asked = 0;
  for (auto& f : settled)
    call_guarded(log_, f);
}

void subscriber_table::on_acknowledged(std::string_view name) {
  auto i = channels_.find(name);
  if (i == channels_.end())
    return;
  auto& channel = i->second;
  channel.live = true;
  auto since = std::exchange(channel.lost_since, std::nullopt);
  auto gap = since ? clock_.since(*since) : gap_clock::interval{};
  for (auto& who : channel.listeners) {
    who->refused = false;
    if (!who->told)
      greet(*who);
    else if (since)
      tell(*who, [&] { who->who->on_gap(gap.first, gap.second); });
  }
  settle_doubts(channel, channel.doubts.size());
}

void subscriber_table::on_refused(std::string_view name,
                                  std::string_view reason) {
  auto i = channels_.find(name);
  if (i == channels_.end())
    return;
  auto& channel = i->second;
  channel.live = false;
  // A slot of a cluster that nobody serves may be served soon.
  auto is_down = reason.starts_with("CLUSTERDOWN");
  // `lost_since` stays: the gap lasts until Redis takes the channel again.
  channel.refused = true;
  refused_.push_back(i->first);
  for (auto& who : channel.listeners)
    if (!is_down && !std::exchange(who->refused, true))
      tell(*who, [&] { who->who->on_refused(std::string{reason}); });
}

// It stays as it is until somebody takes it.
void subscriber_table::on_given_away(std::string_view name,
                                     std::string_view where) {
  given_away_.push_back({std::string{name}, std::string{where}});
}

auto subscriber_table::take(std::string_view name, gap_clock::steady since)
  -> std::optional<audience> {
  auto i = channels_.find(name);
  if (i == channels_.end())
    return std::nullopt;
  auto& from = i->second;
  if (!from.batch.empty()) {
    std::erase(touched_, &from);
    deliver(from);
  }
  audience result{std::move(from.listeners), from.lost_since,
                  std::move(from.doubts)};
  if (from.live)
    result.lost_since = since;
  channels_.erase(i);
  return result;
}

void subscriber_table::put(const std::string& name, audience from) {
  auto& to = channels_[name];
  to.listeners = std::move(from.listeners);
  to.lost_since = from.lost_since;
  to.doubts = std::move(from.doubts);
}

std::vector<std::string> subscriber_table::take_refused() {
  auto result = std::exchange(refused_, {});
  std::erase_if(result, [this](auto& name) {
    auto i = channels_.find(name);
    return i == channels_.end() || !std::exchange(i->second.refused, false);
  });
  return result;
}

void subscriber_table::on_message(std::string_view name,
                                  std::string_view payload) {
  auto i = channels_.find(name);
  if (i == channels_.end() || !i->second.live)
    return;
  ++received_;
  auto& batch = i->second.batch;
  if (batch.empty())
    touched_.push_back(&i->second);
  // `payload` points into the parser, so it is copied, once for all listeners.
  batch.push_back(std::make_shared<const std::string>(payload));
}

void subscriber_table::flush() {
  for (auto* channel : touched_)
    deliver(*channel);
  touched_.clear();
}

void subscriber_table::on_lost(gap_clock::steady since) {
  asked_.clear();
  // Doubts stay: the acknowledgement on the next connection settles them.
  for (auto& [name, channel] : channels_) {
    // A second loss before the repair of the first extends the same gap.
    if (channel.live)
      channel.lost_since = since;
    channel.live = false;
    channel.asked = 0;
  }
}

void subscriber_table::clear() {
  channels_.clear();
  touched_.clear();
  refused_.clear();
  doubted_.clear();
  asked_.clear();
}

template <class F>
void subscriber_table::tell(const bus_listener& who, F&& f) {
  // Checked right before each call: any thread may end the subscription, and
  // then only a call under way may still arrive.
  if (!who.ended.load())
    call_guarded(log_, std::forward<F>(f));
}

void subscriber_table::greet(bus_listener& who) {
  who.told = true;
  tell(who, [&] { who.who->on_subscribed(); });
}

void subscriber_table::greet_when_proven(const bus_listener_ptr& who) {
  // Weak: a doubt must not keep a listener that has left. `this` is safe, since
  // the table owns the doubt.
  confirm(who->channel, [this, weak = std::weak_ptr{who}] {
    if (auto x = weak.lock(); x && !x->told)
      greet(*x);
  });
}

void subscriber_table::deliver(channel_state& channel) {
  auto batch = std::exchange(channel.batch, {});
  for (auto& who : channel.listeners)
    tell(*who, [&, is_last = &who == &channel.listeners.back()] {
      who->who->on_messages(is_last ? std::move(batch) : batch);
    });
}

} // namespace atrium
