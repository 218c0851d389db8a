#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace atrium {

/// Threads for work that waits or computes, and would hold up actors or
/// sockets. What finds no thread waits, up to a number; over it `submit`
/// refuses. The threads start with the first work. Any thread.
class task_pool {
public:
  /// What to do; must not throw.
  using job = std::function<void()>;

  struct stats {
    std::size_t running = 0;   ///< Jobs that run right now.
    std::size_t waiting = 0;   ///< Jobs that have no thread yet.
    std::uint64_t done = 0;    ///< Jobs that have ended, since the start.
    std::uint64_t refused = 0; ///< Jobs that found no place.
  };

  task_pool(std::size_t threads, std::size_t queue)
    : size_(threads), bound_(queue) {
    // nop
  }

  task_pool(const task_pool&) = delete;
  task_pool& operator=(const task_pool&) = delete;

  /// Stops, and waits for the jobs that run.
  ~task_pool();

  /// Has `x` run soon; false: the queue is full, or the pool has stopped.
  bool submit(job x);

  /// Nothing begins any more: what waits is dropped.
  void stop();

  stats now() const;

private:
  void work();

  const std::size_t size_;
  const std::size_t bound_;
  mutable std::mutex mutex_;
  std::condition_variable change_;
  std::deque<job> waiting_;
  std::vector<std::thread> threads_;
  stats stats_;
  bool stopped_ = false;
};

} // namespace atrium
