#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace atrium {

/// Settings that any thread reads, without a lock, while another replaces them
/// as a whole. What has been read stays valid as long as this: the versions
/// before are kept, since operators replace settings a few times a day at most.
template <class T>
class live {
public:
  live() {
    replace(T{});
  }

  live(const live&) = delete;
  live& operator=(const live&) = delete;

  const T& operator*() const noexcept {
    return *current_.load(std::memory_order_acquire);
  }

  /// Of two reads the second may see newer settings.
  const T* operator->() const noexcept {
    return current_.load(std::memory_order_acquire);
  }

  /// Changes the settings in place. Only while no other thread reads them.
  T& edit() noexcept {
    return *current_.load(std::memory_order_acquire);
  }

  /// Any thread.
  void replace(T value) {
    std::lock_guard guard{mutex_};
    auto& added = versions_.emplace_back(std::make_unique<T>(std::move(value)));
    current_.store(added.get(), std::memory_order_release);
  }

private:
  std::atomic<T*> current_ = nullptr;
  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> versions_;
};

} // namespace atrium
