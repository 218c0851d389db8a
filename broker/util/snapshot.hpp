#pragma once

#include <mutex>
#include <utility>

namespace atrium {

/// A value that one thread sets and any thread reads, always as a whole.
template <class T>
class snapshot {
public:
  void set(T value) {
    std::lock_guard guard{mutex_};
    value_ = std::move(value);
  }

  T get() const {
    std::lock_guard guard{mutex_};
    return value_;
  }

private:
  mutable std::mutex mutex_;
  T value_{};
};

} // namespace atrium
