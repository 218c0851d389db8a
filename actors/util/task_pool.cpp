#include "atrium/actors/util/task_pool.hpp"

#include "atrium/broker/log/log.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <pthread.h>
#include <system_error>
#include <utility>

namespace atrium {

namespace {

void perform(const task_pool::job& x) {
  try {
    x.run();
  } catch (const std::exception& error) {
    log::error("task_exception", {{"task", x.name}, {"error", error.what()}},
               "task has thrown");
  } catch (...) {
    log::error("task_exception", {{"task", x.name}}, "task has thrown");
  }
}

} // namespace

bool task_pool::submit(job x) {
  {
    std::lock_guard guard{mutex_};
    if (stopped_ || waiting_.size() >= bound_)
      return false;
    auto wanted = std::min(size_, running_.size() + waiting_.size() + 1);
    if (threads_.size() < wanted && !add_thread())
      return false;
    waiting_.push_back({std::move(x)});
  }
  change_.notify_one();
  return true;
}

// Returns whether there is a thread at all: with fewer than it should have, the
// pool goes on.
bool task_pool::add_thread() {
  try {
    threads_.emplace_back([this] { work(); });
    pthread_setname_np(threads_.back().native_handle(), "atrium-task");
  } catch (const std::system_error&) {
    // nop
  }
  return !threads_.empty();
}

void task_pool::set_queue(std::size_t bound) {
  std::lock_guard guard{mutex_};
  bound_ = bound;
}

std::size_t task_pool::queue() const {
  std::lock_guard guard{mutex_};
  return bound_;
}

void task_pool::stop() {
  std::list<entry> dropped; // released without the lock
  {
    std::lock_guard guard{mutex_};
    stopped_ = true;
    dropped.swap(waiting_);
  }
  change_.notify_all();
}

void task_pool::join() {
  stop();
  for (auto& x : threads_) // there will be no more
    if (x.joinable())
      x.join();
}

auto task_pool::now(clock::time_point now) const -> load {
  std::lock_guard guard{mutex_};
  auto is_late = [=](auto& x) { return x.what.deadline < now; };
  auto overdue = std::ranges::count_if(running_, is_late);
  return {running_.size(), waiting_.size(), static_cast<std::size_t>(overdue)};
}

std::vector<std::string> task_pool::running() const {
  std::lock_guard guard{mutex_};
  std::vector<std::string> result;
  for (auto& x : running_)
    result.push_back(x.what.name);
  return result;
}

std::vector<std::string> task_pool::newly_overdue(clock::time_point now) {
  std::lock_guard guard{mutex_};
  std::vector<std::string> result;
  for (auto& x : running_)
    if (x.what.deadline < now && !std::exchange(x.is_told, true))
      result.push_back(x.what.name);
  return result;
}

void task_pool::work() {
  std::unique_lock guard{mutex_};
  for (;;) {
    change_.wait(guard, [this] { return stopped_ || !waiting_.empty(); });
    if (stopped_)
      return;
    running_.splice(running_.end(), waiting_, waiting_.begin());
    auto mine = std::prev(running_.end());
    guard.unlock();
    perform(mine->what);
    mine->what.run = nullptr; // what it has captured goes without the lock
    guard.lock();
    running_.erase(mine);
  }
}

} // namespace atrium
