#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/json_inspector.hpp"
#include "atrium/actors/room/logic_runner.hpp"
#include "atrium/actors/room_messages.hpp"
#include "atrium/actors/room_task.hpp"

#include <caf/actor_clock.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// What operators see of a task: since when the room waits for its result.
struct task_view {
  std::string name;
  std::chrono::duration<double> age{0};

  friend caf::error inspect(json_inspector& f, task_view& x) {
    return f(named("name"), x.name, named("age_s"), x.age);
  }
};

/// What operators see of all tasks of a room.
struct task_list {
  std::size_t number = 0;
  std::vector<task_view> oldest; ///< Some of them.

  friend caf::error inspect(json_inspector& f, task_list& x) {
    return f(named("number"), x.number, named("oldest"), x.oldest);
  }
};

/// The tasks of a room that have no result yet. Work runs on threads of the
/// node (`task_pool`); what follows it is kept here and runs in the room. For
/// the room's actor.
class room_tasks {
public:
  using time_point = caf::actor_clock::time_point;

  explicit room_tasks(logic_runner& logic) : logic_(logic) {
    // nop
  }

  room_tasks(const room_tasks&) = delete;
  room_tasks& operator=(const room_tasks&) = delete;

  /// Cancels all: nobody waits any more.
  ~room_tasks() {
    clear();
  }

  /// `self` runs the logic.
  void start(const logic_actor& self, environment_ptr env, std::string room);

  /// Has a task run; over the bound of the pool it fails, but after this.
  /// Returns when its deadline is.
  time_point run(room_task x);

  /// The work has ended, found no place, or reports.
  void take(const task_finished& x);
  void take(const task_refused& x);
  void take(const task_reported& x);

  /// Those whose deadline is over fail.
  void expire(time_point now);

  std::optional<time_point> earliest() const;

  /// Cancels all: the logic has another state.
  void clear();

  /// For operators.
  task_list list() const;

private:
  class control; // what the room and the thread of the task share

  struct entry {
    std::shared_ptr<control> shared;
    std::function<void()> then;
    task_options how;
    time_point begun;
    time_point deadline;
  };

  // Shared: what is called in the room may end all tasks.
  using entry_ptr = std::shared_ptr<entry>;

  entry_ptr take_out(std::uint64_t number);
  void fail(const entry& x, const task_failure& why, std::string_view logged);

  logic_runner& logic_;
  caf::weak_actor_ptr self_;
  caf::actor_clock* clock_ = nullptr;
  environment_ptr env_;
  std::string name_;       // of the room
  std::uint64_t last_ = 0; // number
  std::map<std::uint64_t, entry_ptr> tasks_;
};

} // namespace atrium
