#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace atrium {

/// Threads for work that waits or computes, and would hold up actors or
/// sockets. What finds no thread waits, up to a number; over it `submit`
/// refuses. The threads start with the first work. Any thread.
class task_pool {
public:
  using clock = std::chrono::steady_clock;

  struct job {
    std::string name;           ///< For operators.
    clock::time_point deadline; ///< After which nobody waits for its end.

    /// What to do. Released on the thread that has run it; an exception is a
    /// defect that is logged.
    std::function<void()> run;
  };

  struct load {
    std::size_t running = 0; ///< Jobs that run right now.
    std::size_t waiting = 0; ///< Jobs that have no thread yet.
    std::size_t overdue = 0; ///< Jobs that run past their deadline.
  };

  task_pool(std::size_t threads, std::size_t queue)
    : size_(threads), bound_(queue) {
    // nop
  }

  task_pool(const task_pool&) = delete;
  task_pool& operator=(const task_pool&) = delete;

  ~task_pool() {
    join();
  }

  /// Has `x` run soon; false: the queue is full, or the pool has stopped.
  bool submit(job x);

  /// So many jobs may wait from now on; those that wait already stay.
  void set_queue(std::size_t bound);

  /// Nothing begins any more: what waits is dropped.
  void stop();

  /// Stops, and waits for the jobs that run. Not on a thread of the pool.
  void join();

  /// Returns how many may wait.
  std::size_t queue() const;

  load now(clock::time_point now = clock::now()) const;

  /// The names of the jobs that run, the oldest first.
  std::vector<std::string> running() const;

  /// The same of those that run past their deadline, each only once. To be
  /// called now and then.
  std::vector<std::string> newly_overdue(clock::time_point now = clock::now());

private:
  struct entry {
    job what;
    bool is_told = false; ///< That it is overdue.
  };

  void work();
  bool add_thread();

  const std::size_t size_;
  mutable std::mutex mutex_;
  std::condition_variable change_;
  std::size_t bound_;
  // A job moves from list to list: its owner is the thread that runs it.
  std::list<entry> waiting_;
  std::list<entry> running_;
  std::vector<std::thread> threads_;
  bool stopped_ = false;
};

} // namespace atrium
