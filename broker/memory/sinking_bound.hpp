#pragma once

#include <algorithm>
#include <cstddef>

namespace atrium {

/// A bound in bytes that may become lower while more is taken: it then sinks in
/// steps, so that no message waits until all of the surplus has gone.
class sinking_bound {
public:
  constexpr explicit sinking_bound(std::size_t bytes) noexcept : last_(bytes) {
    // nop
  }

  /// Has another bound from now on, while `taken` bytes are.
  void resize(std::size_t bytes, std::size_t taken) noexcept {
    last_ = bytes;
    surplus_ = taken - std::min(taken, bytes);
  }

  /// Goes one step down, and returns the bound of the moment.
  std::size_t sink() noexcept {
    constexpr std::size_t step = 65'536;
    surplus_ -= std::min(surplus_, step);
    return last_ + surplus_;
  }

  /// Where it ends.
  std::size_t last() const noexcept {
    return last_;
  }

private:
  std::size_t last_;
  std::size_t surplus_ = 0;
};

} // namespace atrium
