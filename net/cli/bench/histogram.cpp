#include "atrium/net/cli/bench/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace atrium::bench {

namespace {

// Buckets instead of all values: a run has millions of them, and with this
// width the error is below 0.8 %.
constexpr unsigned linear_bits = 7;
constexpr std::size_t linear = std::size_t{1} << linear_bits;
constexpr std::size_t powers = 64 - linear_bits;

} // namespace

histogram::histogram() : buckets_((powers + 1) * linear) {
  // nop
}

void histogram::clear() {
  std::fill(buckets_.begin(), buckets_.end(), 0);
  count_ = 0;
  max_ = 0;
}

std::uint64_t histogram::at(double quantile) const {
  // The nearest rank, without interpolation: the result is a value that was
  // recorded, up to the width of a bucket.
  auto wanted
    = static_cast<std::uint64_t>(std::ceil(quantile * double(count_)));
  wanted = std::clamp<std::uint64_t>(wanted, 1, std::max(count_, {1}));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= wanted)
      // The edge may lie above the largest value.
      return std::min(upper_edge(i), max_);
  }
  return max_;
}

// The first `linear` values have a bucket each; above, a bucket holds the
// values that agree in their first `linear_bits + 1` bits.
std::size_t histogram::index_of(std::uint64_t value) {
  if (value < linear)
    return static_cast<std::size_t>(value);
  auto shift
    = static_cast<std::size_t>(std::bit_width(value)) - linear_bits - 1;
  return shift * linear + static_cast<std::size_t>(value >> shift);
}

std::uint64_t histogram::upper_edge(std::size_t index) {
  if (index < linear)
    return index;
  auto shift = index / linear - 1;
  std::uint64_t mantissa = linear + index % linear;
  return (mantissa << shift) + ((std::uint64_t{1} << shift) - 1);
}

} // namespace atrium::bench
