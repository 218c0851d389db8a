#include "atrium/net/auth/refusal_cache.hpp"

#include <openssl/sha.h>

namespace atrium {

auto refusal_cache::key_of(std::string_view body) -> key {
  key result{};
  SHA256(reinterpret_cast<const unsigned char*>(body.data()), body.size(),
         result.data());
  return result;
}

bool refusal_cache::has(const key& x, clock::time_point now) {
  std::lock_guard guard{mutex_};
  forget_old(now);
  return keys_.contains(x);
}

void refusal_cache::add(const key& x, clock::time_point now) {
  std::lock_guard guard{mutex_};
  forget_old(now);
  // Two connections may have asked the same at once.
  if (!keys_.insert(x).second)
    return; // from the first refusal on, not from the last
  in_order_.emplace_back(now, x);
  // The oldest entry has the least time left. A flood of forged tokens shortens
  // the lifetime of entries; the share of an address bounds the flood.
  if (in_order_.size() <= most)
    return;
  keys_.erase(in_order_.front().second);
  in_order_.pop_front();
}

std::size_t refusal_cache::size() const {
  std::lock_guard guard{mutex_};
  return keys_.size();
}

void refusal_cache::forget_old(clock::time_point now) {
  while (!in_order_.empty() && in_order_.front().first + lifetime <= now) {
    keys_.erase(in_order_.front().second);
    in_order_.pop_front();
  }
}

} // namespace atrium
