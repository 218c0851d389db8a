#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

namespace atrium {

/// What the control groups of this process (cgroups(7), versions 1 and 2)
/// leave it. A group cannot have more than those around it, and a container
/// sees its own as the root. Reads files of the kernel's, which blocks for
/// microseconds.
class control_groups {
public:
  static constexpr auto no_limit = std::numeric_limits<std::uint64_t>::max();

  /// `root` is in front of /proc and /sys, for tests.
  explicit control_groups(std::string root = {}) : root_(std::move(root)) {
    // nop
  }

  /// Returns how many bytes of memory they allow, or `no_limit`.
  std::uint64_t memory() const;

  /// Returns how many processors' worth of time they allow, 0 for no limit. A
  /// quota of 1.5 is 1.5.
  double processors() const;

private:
  template <class T, class Read>
  T least(const char* controller, T result, Read limit_at) const;

  std::string root_;
};

/// Returns how many processors this process may use: the least of what the
/// machine, its affinity (sched_setaffinity(2)) and its control groups allow,
/// a broken one counting as whole; 1 at least.
std::size_t usable_processors(const control_groups& groups = control_groups{});

} // namespace atrium
