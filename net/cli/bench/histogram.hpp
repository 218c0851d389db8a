#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace atrium::bench {

/// Counts values by size, for quantiles: a log-linear histogram with 128
/// buckets per power of two, so that no value is off by more than 0.8 %. The
/// unit of the values is the caller's.
class histogram {
public:
  histogram();

  void record(std::uint64_t value) {
    ++buckets_[index_of(value)];
    ++count_;
    max_ = value > max_ ? value : max_;
  }

  /// Forgets everything.
  void clear();

  std::uint64_t count() const {
    return count_;
  }

  /// Returns the largest recorded value, exactly; 0 if there is none.
  std::uint64_t max() const {
    return max_;
  }

  /// Returns the value that a share of `quantile` (0..1) of the recorded
  /// values does not exceed; 0 if there is none.
  std::uint64_t at(double quantile) const;

private:
  static std::size_t index_of(std::uint64_t value);
  static std::uint64_t upper_edge(std::size_t index);

  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

} // namespace atrium::bench
