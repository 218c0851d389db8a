#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace atrium {

/// What work can do while it runs on a thread of tasks.
class task_control {
public:
  virtual ~task_control() = default;

  /// Tells the room how far the work has got (`task_options::on_progress`). Of
  /// several reports that the room has not seen yet it sees the latest.
  virtual void report(std::string progress) = 0;

  /// Returns whether nobody waits for the result any more: the room has ended,
  /// its logic has failed, or the deadline is over. Work that takes long asks
  /// now and then, and returns.
  virtual bool is_cancelled() const noexcept = 0;
};

/// Why a task has no result.
struct task_failure {
  enum class reason : std::uint8_t {
    failed,     ///< The work has thrown.
    overdue,    ///< The deadline is over.
    queue_full, ///< Too many tasks wait already (`--task-queue`).
  };

  reason why = reason::failed;
  std::string text; ///< For people; of an exception, 256 bytes of what it says.
};

/// How a task is run.
struct task_options {
  /// For operators.
  std::string name = "task";

  /// From `run` to the result, waiting included; a year at most.
  std::chrono::milliseconds deadline{30'000};

  /// Called in the room if there is no result. Without it the log tells, with
  /// the type of an exception: its text may quote what the work was given.
  std::function<void(const task_failure&)> on_failure = {};

  /// Called in the room with what the work reports.
  std::function<void(std::string)> on_progress = {};
};

/// Work and what follows it, without their types.
struct room_task {
  std::function<void(task_control&)> work; ///< On a thread of tasks; may throw.
  std::function<void()> then;              ///< In the room.
  task_options how;
};

/// Keeps a function that need not be copyable. What its destructor throws ends
/// nobody.
template <class Function>
std::shared_ptr<Function> keep_function(Function x) {
  auto end = [](Function* gone) noexcept {
    try {
      delete gone;
    } catch (...) {
      // nop
    }
  };
  return {new Function(std::move(x)), end};
}

/// Makes a task of `work` and of `then`, which gets what `work` returns. `work`
/// may take a `task_control&`. What both have captured is released where they
/// run: that of `work` before `then` runs. Neither has to be copyable.
template <class Work, class Then>
room_task make_task(Work work, Then then, task_options how = {}) {
  auto shared_work = keep_function(std::move(work));
  auto shared_then = keep_function(std::move(then));
  auto call = [shared_work](task_control& control) -> decltype(auto) {
    if constexpr (std::invocable<Work&, task_control&>)
      return (*shared_work)(control);
    else
      return (*shared_work)();
  };
  using result = std::invoke_result_t<decltype(call), task_control&>;
  if constexpr (std::is_void_v<result>) {
    return {std::move(call), [shared_then] { (*shared_then)(); },
            std::move(how)};
  } else {
    auto box = std::make_shared<std::optional<std::decay_t<result>>>();
    return {[call, box](task_control& control) { box->emplace(call(control)); },
            [shared_then, box] { (*shared_then)(std::move(**box)); },
            std::move(how)};
  }
}

} // namespace atrium
