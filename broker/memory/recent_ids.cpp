#include "atrium/broker/memory/recent_ids.hpp"

namespace atrium {

namespace {

// The size keeps apart what would read the same in a row.
std::string key_of(std::string_view channel, std::string_view id) {
  auto result = std::to_string(channel.size());
  result.append(":").append(channel).append(id);
  return result;
}

// With a guess at what the containers need.
std::size_t cost_of(std::string_view key) {
  constexpr std::size_t overhead = 160;
  return key.size() + overhead;
}

} // namespace

const position* recent_ids::find(std::string_view channel, std::string_view id,
                                 clock::time_point now) {
  while (!order_.empty() && order_.front().first <= now)
    forget_oldest();
  auto i = known_.find(key_of(channel, id));
  return i == known_.end() ? nullptr : &i->second;
}

void recent_ids::add(std::string_view channel, std::string_view id, position at,
                     clock::time_point now) {
  auto [i, is_new] = known_.emplace(key_of(channel, id), std::move(at));
  if (!is_new)
    return;
  bytes_ += cost_of(i->first);
  order_.emplace_back(now + lifetime, &*i);
  while (bytes_ > max_bytes_)
    forget_oldest();
}

void recent_ids::forget_oldest() {
  auto i = known_.find(order_.front().second->first);
  order_.pop_front();
  bytes_ -= cost_of(i->first);
  known_.erase(i);
}

} // namespace atrium
