#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace atrium {

/// Returns how much memory this process occupies, in bytes; 0 if unknown.
std::uint64_t resident_bytes();

/// Returns how much memory this process may occupy: the least of what its
/// control groups (cgroups(7), versions 1 and 2) and the machine allow.
std::uint64_t available_bytes();

/// Reads a watermark: `90%` of `available`, or a number of bytes; 0 means none.
/// Returns what is wrong with the text, or nothing.
std::string read_watermark(std::string_view text, std::uint64_t available,
                           std::uint64_t& out);

/// Tells whether the process occupies more memory than it should. Looks once a
/// second at most, and only when it is asked: a few microseconds, for the
/// kernel makes the answer up and no disk is involved. One thread at a time.
class memory_gauge {
public:
  using clock = std::chrono::steady_clock;

  /// A watermark of 0 is never reached. `occupied` is there for tests.
  explicit memory_gauge(std::uint64_t watermark,
                        std::function<std::uint64_t()> occupied
                        = resident_bytes)
    : watermark_(watermark), occupied_(std::move(occupied)) {
    // nop
  }

  bool is_over(clock::time_point now);

private:
  std::uint64_t watermark_;
  std::function<std::uint64_t()> occupied_;
  clock::time_point next_{};
  bool over_ = false;
};

} // namespace atrium
