#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

namespace atrium::bench {

/// Finds out which messages were lost, delivered twice or overtaken by later
/// ones, exactly, for many pairs of a publisher and a receiver. A publisher
/// numbers its messages 1, 2, 3...
class sequence_checker {
public:
  struct totals {
    std::uint64_t received = 0;   ///< Different messages.
    std::uint64_t lost = 0;       ///< Known after `settle`.
    std::uint64_t duplicated = 0; ///< Deliveries beyond the first.
    std::uint64_t reordered = 0;  ///< Came after a later one.
  };

  /// What a delivery was.
  enum class verdict { in_order, late, duplicate };

  explicit sequence_checker(std::size_t pairs) : next_(pairs, 1) {
    // nop
  }

  /// Records that message `sequence` (>= 1) of a pair has arrived.
  verdict record(std::size_t pair, std::uint32_t sequence) {
    if (sequence != next_[pair])
      return record_odd(pair, sequence);
    ++next_[pair];
    ++totals_.received;
    return verdict::in_order;
  }

  /// Adds to the lost ones what has not arrived of the first `published`
  /// messages of a pair. To be called once per pair, at the end.
  void settle(std::size_t pair, std::uint32_t published);

  const totals& result() const {
    return totals_;
  }

private:
  /// Sequences that were skipped: first -> last of each range.
  using ranges = std::map<std::uint32_t, std::uint32_t>;

  verdict record_odd(std::size_t pair, std::uint32_t sequence);
  static bool take(ranges& from, std::uint32_t sequence);

  std::vector<std::uint32_t> next_;
  std::unordered_map<std::size_t, ranges> missing_;
  totals totals_;
};

} // namespace atrium::bench
