#include "atrium/actors/util/task_pool.hpp"

#include <utility>

namespace atrium {

task_pool::~task_pool() {
  stop();
  for (auto& x : threads_)
    x.join();
}

bool task_pool::submit(job x) {
  {
    std::lock_guard guard{mutex_};
    if (stopped_ || waiting_.size() >= bound_) {
      ++stats_.refused;
      return false;
    }
    waiting_.push_back(std::move(x));
    if (threads_.size() < size_
        && threads_.size() < stats_.running + waiting_.size())
      threads_.emplace_back([this] { work(); });
  }
  change_.notify_one();
  return true;
}

void task_pool::stop() {
  std::deque<job> dropped; // released without the lock
  {
    std::lock_guard guard{mutex_};
    stopped_ = true;
    dropped = std::exchange(waiting_, {});
  }
  change_.notify_all();
}

auto task_pool::now() const -> stats {
  std::lock_guard guard{mutex_};
  auto result = stats_;
  result.waiting = waiting_.size();
  return result;
}

void task_pool::work() {
  std::unique_lock guard{mutex_};
  for (;;) {
    change_.wait(guard, [this] { return stopped_ || !waiting_.empty(); });
    if (stopped_)
      return;
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    ++stats_.running;
    guard.unlock();
    next();
    next = nullptr; // what it has captured goes without the lock
    guard.lock();
    --stats_.running;
    ++stats_.done;
  }
}

} // namespace atrium
