#include "atrium/net/cli/bench/sequence_checker.hpp"

namespace atrium::bench {

void sequence_checker::settle(std::size_t pair, std::uint32_t published) {
  auto next = next_[pair];
  if (published >= next)
    // Messages after the last arrival leave no hole.
    totals_.lost += published - next + 1;
  if (auto i = missing_.find(pair); i != missing_.end())
    for (auto [first, last] : i->second)
      totals_.lost += last - first + 1;
}

sequence_checker::verdict sequence_checker::record_odd(std::size_t pair,
                                                       std::uint32_t sequence) {
  auto& next = next_[pair];
  if (sequence > next) {
    // A hole is no loss yet: its messages may be late. Ranges, because an
    // outage leaves thousands of messages in one hole.
    missing_[pair].emplace(next, sequence - 1);
    next = sequence + 1;
    ++totals_.received;
    return verdict::in_order;
  }
  auto i = missing_.find(pair);
  // A message before `next` that is in no hole has arrived before.
  if (i == missing_.end() || !take(i->second, sequence)) {
    ++totals_.duplicated;
    return verdict::duplicate;
  }
  ++totals_.received;
  ++totals_.reordered;
  return verdict::late;
}

// Removes a sequence from the ranges; returns whether it was there.
bool sequence_checker::take(ranges& from, std::uint32_t sequence) {
  auto i = from.upper_bound(sequence);
  if (i == from.begin() || (--i)->second < sequence)
    return false;
  auto [first, last] = *i;
  from.erase(i);
  if (first < sequence)
    from.emplace(first, sequence - 1);
  if (sequence < last)
    from.emplace(sequence + 1, last);
  return true;
}

} // namespace atrium::bench
