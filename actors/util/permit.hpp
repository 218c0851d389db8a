#pragma once

#include "atrium/actors/util/semaphore.hpp"

#include <concepts>
#include <cstddef>
#include <memory>
#include <utility>

namespace atrium {

/// Permits of a semaphore that give themselves back with the last copy, also
/// when the message that carries them is thrown away with its receiver.
class permit {
public:
  permit() = default;

  /// Adopts a permit of another kind, which gives itself back when it dies.
  explicit permit(std::shared_ptr<void> other) : hold_(std::move(other)) {
    // nop
  }

  /// Adopts `n` permits that were acquired before.
  permit(std::shared_ptr<semaphore> from, std::size_t n)
    : hold_(nullptr, [from, n](void*) { from->release(n); }) {
    // nop
  }

  /// Gives back what was acquired by calling `release`, which owns all it
  /// needs.
  template <std::invocable Release>
  explicit permit(Release release)
    : hold_(nullptr,
            [release = std::move(release)](std::nullptr_t) { release(); }) {
    // nop
  }

private:
  std::shared_ptr<void> hold_;
};

} // namespace atrium
