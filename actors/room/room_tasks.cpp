#include "atrium/actors/room/room_tasks.hpp"

#include "atrium/actors/util/room_counters.hpp"
#include "atrium/actors/util/task_pool.hpp"
#include "atrium/broker/log/log.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

namespace atrium {

/// Knows the room by a weak pointer: a room that has ended is not kept by what
/// it had begun.
class room_tasks::control : public task_control {
public:
  control(caf::weak_actor_ptr room, std::uint64_t number)
    : room_(std::move(room)), number_(number) {
    // nop
  }

  void report(std::string progress) override {
    {
      std::lock_guard guard{mutex_};
      auto is_under_way = progress_.has_value();
      progress_ = std::move(progress);
      if (is_under_way)
        return;
    }
    tell(task_reported{number_});
  }

  bool is_cancelled() const noexcept override {
    return cancelled_.load(std::memory_order_relaxed);
  }

  void cancel() noexcept {
    cancelled_.store(true, std::memory_order_relaxed);
  }

  std::optional<std::string> take_progress() {
    std::lock_guard guard{mutex_};
    return std::exchange(progress_, std::nullopt);
  }

  /// Nothing: the work has returned.
  void finish(std::optional<std::string> error) {
    tell(task_finished{number_, std::move(error)});
  }

private:
  template <class What>
  void tell(What what) {
    if (auto to = caf::actor_cast<caf::strong_actor_ptr>(room_))
      caf::anon_send(caf::actor_cast<room_actor>(to), std::move(what));
  }

  caf::weak_actor_ptr room_;
  std::uint64_t number_;
  std::atomic<bool> cancelled_ = false;
  std::mutex mutex_;
  std::optional<std::string> progress_; // that the room has not seen
};

room_tasks::~room_tasks() {
  clear();
}

void room_tasks::start(room_actor::pointer self, environment_ptr env,
                       std::string room) {
  self_ = self;
  env_ = std::move(env);
  name_ = std::move(room);
}

auto room_tasks::run(room_task x) -> time_point {
  auto number = ++last_;
  auto shared = std::make_shared<control>(
    caf::actor_cast<caf::weak_actor_ptr>(room_actor{self_}), number);
  auto begun = self_->clock().now();
  auto deadline = begun + x.how.deadline;
  tasks_.emplace(number, entry{shared, std::move(x.then), std::move(x.how),
                               begun, deadline});
  ++env_->room_counts->tasks;
  auto job = [shared, work = std::move(x.work)] {
    if (shared->is_cancelled())
      return;
    try {
      work(*shared);
      shared->finish(std::nullopt);
    } catch (const std::exception& error) {
      shared->finish(error.what());
    } catch (...) {
      shared->finish("unknown exception");
    }
  };
  // Told by a message: a hook that starts a task shall not be called back
  // before it has returned.
  if (!env_->tasks->submit(std::move(job)))
    self_->send(room_actor{self_}, task_refused{number});
  return deadline;
}

void room_tasks::take(const task_finished& x) {
  auto found = tasks_.extract(x.number);
  if (found.empty())
    return; // too late
  auto& task = found.mapped();
  if (x.error)
    return fail(std::move(task), {task_failure::reason::failed, *x.error});
  logic_.run([&](room_logic&) {
    task.then();
    return true;
  });
}

void room_tasks::take(const task_refused& x) {
  auto found = tasks_.extract(x.number);
  if (!found.empty())
    fail(std::move(found.mapped()),
         {task_failure::reason::queue_full, "too many tasks wait"});
}

void room_tasks::take(const task_reported& x) {
  auto i = tasks_.find(x.number);
  if (i == tasks_.end())
    return;
  auto progress = i->second.shared->take_progress();
  auto tell = i->second.how.on_progress; // a copy: the hook may end the task
  if (progress && tell)
    logic_.run([&](room_logic&) {
      tell(std::move(*progress));
      return true;
    });
}

void room_tasks::expire(time_point now) {
  std::vector<std::uint64_t> late;
  for (auto& [number, x] : tasks_)
    if (x.deadline <= now)
      late.push_back(number);
  for (auto number : late) {
    // A hook that is told of the one before may have ended them all.
    auto found = tasks_.extract(number);
    if (!found.empty())
      fail(std::move(found.mapped()),
           {task_failure::reason::overdue, "no result in time"});
  }
}

void room_tasks::fail(entry x, const task_failure& why) {
  x.shared->cancel();
  ++env_->room_counts->tasks_failed;
  log::warn("room_task_failed",
            {{"room", name_}, {"task", x.how.name}, {"error", why.text}},
            "room gets no result of a task");
  if (x.how.on_failure)
    logic_.run([&](room_logic&) {
      x.how.on_failure(why);
      return true;
    });
}

auto room_tasks::earliest() const -> std::optional<time_point> {
  std::optional<time_point> result;
  for (auto& [number, x] : tasks_)
    if (!result || x.deadline < *result)
      result = x.deadline;
  return result;
}

void room_tasks::clear() {
  for (auto& [number, x] : std::exchange(tasks_, {}))
    x.shared->cancel();
}

} // namespace atrium
