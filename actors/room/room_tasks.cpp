#include "atrium/actors/room/room_tasks.hpp"

#include "atrium/actors/util/room_counters.hpp"
#include "atrium/actors/util/task_pool.hpp"
#include "atrium/broker/log/log.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

namespace atrium {

namespace {

// A deadline that is never shall not overflow the clock.
constexpr std::chrono::milliseconds longest = std::chrono::hours{24 * 365};

} // namespace

/// Knows the room by a weak pointer: a room that has ended is not kept by what
/// it had begun.
class room_tasks::control : public task_control {
public:
  control(caf::weak_actor_ptr room, std::uint64_t number,
          task_pool::clock::time_point deadline)
    : room_(std::move(room)), number_(number), deadline_(deadline) {
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

  // Looks at the clock, too: the room may be in a hook that takes long.
  bool is_cancelled() const noexcept override {
    return cancelled_.load(std::memory_order_relaxed)
           || task_pool::clock::now() > deadline_;
  }

  void cancel() noexcept {
    cancelled_.store(true, std::memory_order_relaxed);
  }

  std::optional<std::string> take_progress() {
    std::lock_guard guard{mutex_};
    return std::exchange(progress_, std::nullopt);
  }

  /// Runs the work, releases it, and then lets the room go on. On a thread of
  /// tasks.
  void perform(std::function<void(task_control&)>& work) {
    if (is_cancelled())
      return; // it has waited for too long
    std::optional<task_finished::failure> error;
    try {
      work(*this);
    } catch (const std::exception& thrown) {
      auto x = hook_error::of(thrown, {});
      error = {std::move(x.type), std::move(x.text)};
    } catch (...) {
      error = {"unknown exception", "unknown exception"};
    }
    work = nullptr;
    tell(task_finished{number_, std::move(error)});
  }

  /// Tells whoever runs the logic, if they are still there.
  template <class What>
  void tell(What what) {
    if (auto to = caf::actor_cast<caf::strong_actor_ptr>(room_))
      caf::anon_send(caf::actor_cast<logic_actor>(to), std::move(what));
  }

private:
  const caf::weak_actor_ptr room_;
  const std::uint64_t number_;
  const task_pool::clock::time_point deadline_;
  std::atomic<bool> cancelled_ = false;
  std::mutex mutex_;
  std::optional<std::string> progress_; // that the room has not seen
};

void room_tasks::start(const logic_actor& self, environment_ptr env,
                       std::string room) {
  self_ = caf::actor_cast<caf::weak_actor_ptr>(self);
  clock_ = &self->home_system().clock();
  env_ = std::move(env);
  name_ = std::move(room);
}

auto room_tasks::run(room_task x) -> time_point {
  auto number = ++last_;
  auto patience
    = std::clamp<std::chrono::milliseconds>(x.how.deadline, {}, longest);
  auto begun = clock_->now();
  auto deadline = begun + patience;
  // Not that of the actor's clock, which only the room may ask.
  auto end = task_pool::clock::now() + patience;
  auto shared = std::make_shared<control>(self_, number, end);
  task_pool::job job{
    x.how.name + " of room " + name_, end,
    [shared, work = std::move(x.work)]() mutable { shared->perform(work); }};
  tasks_.emplace(
    number, std::make_shared<entry>(entry{shared, std::move(x.then),
                                          std::move(x.how), begun, deadline}));
  // Told by a message: a hook that starts a task shall not be called back
  // before it has returned.
  if (!env_->tasks->submit(std::move(job)))
    shared->tell(task_refused{number});
  return deadline;
}

auto room_tasks::take_out(std::uint64_t number) -> entry_ptr {
  auto found = tasks_.extract(number);
  return found.empty() ? nullptr : std::move(found.mapped());
}

void room_tasks::take(const task_finished& x) {
  auto task = take_out(x.number);
  if (!task)
    return; // too late
  if (x.error) {
    ++env_->room_counts->tasks_failed;
    return fail(*task, {task_failure::reason::failed, x.error->text},
                x.error->type);
  }
  ++env_->room_counts->tasks_done;
  logic_.run([&](room_logic&) {
    task->then();
    return true;
  });
}

void room_tasks::take(const task_refused& x) {
  auto task = take_out(x.number);
  if (!task)
    return;
  ++env_->room_counts->tasks_refused;
  constexpr auto why = "too many tasks wait";
  fail(*task, {task_failure::reason::queue_full, why}, why);
}

void room_tasks::take(const task_reported& x) {
  auto i = tasks_.find(x.number);
  if (i == tasks_.end())
    return;
  auto task = i->second;
  auto progress = task->shared->take_progress();
  if (progress && task->how.on_progress)
    logic_.run([&](room_logic&) {
      task->how.on_progress(std::move(*progress));
      return true;
    });
}

void room_tasks::expire(time_point now) {
  std::vector<std::uint64_t> late;
  for (auto& [number, x] : tasks_)
    if (x->deadline <= now)
      late.push_back(number);
  constexpr auto why = "no result in time";
  for (auto number : late) {
    // A hook that is told of the one before may have ended them all.
    auto task = take_out(number);
    if (!task)
      continue;
    task->shared->cancel();
    ++env_->room_counts->tasks_overdue;
    fail(*task, {task_failure::reason::overdue, why}, why);
  }
}

void room_tasks::fail(const entry& x, const task_failure& why,
                      std::string_view logged) {
  if (!x.how.on_failure) {
    log::warn("room_task_failed",
              {{"room", name_}, {"task", x.how.name}, {"error", logged}},
              "room gets no result of a task");
    return;
  }
  logic_.run([&](room_logic&) {
    x.how.on_failure(why);
    return true;
  });
}

auto room_tasks::earliest() const -> std::optional<time_point> {
  std::optional<time_point> result;
  for (auto& [number, x] : tasks_)
    if (!result || x->deadline < *result)
      result = x->deadline;
  return result;
}

void room_tasks::clear() {
  for (auto& [number, x] : std::exchange(tasks_, {})) {
    x->shared->cancel();
    ++env_->room_counts->tasks_dropped;
  }
}

task_list room_tasks::list() const {
  constexpr std::size_t most = 20;
  task_list result{tasks_.size(), {}};
  auto now = clock_->now();
  for (auto& [number, x] : tasks_) { // by number, so the oldest first
    if (result.oldest.size() == most)
      break;
    result.oldest.push_back({x->how.name, now - x->begun});
  }
  return result;
}

} // namespace atrium
