#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/room/logic_runner.hpp"
#include "atrium/actors/room_messages.hpp"
#include "atrium/actors/room_task.hpp"

#include <caf/actor_clock.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace atrium {

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
  ~room_tasks();

  void start(room_actor::pointer self, environment_ptr env, std::string room);

  /// Has a task run; over the bound of the pool it fails soon. Returns its
  /// deadline.
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

  std::size_t size() const {
    return tasks_.size();
  }

private:
  class control; // what the room and the thread of the task share

  struct entry {
    std::shared_ptr<control> shared;
    std::function<void()> then;
    task_options how;
    time_point begun;
    time_point deadline;
  };

  void fail(entry x, const task_failure& why);

  logic_runner& logic_;
  room_actor::pointer self_ = nullptr;
  environment_ptr env_;
  std::string name_;       // of the room
  std::uint64_t last_ = 0; // number
  std::map<std::uint64_t, entry> tasks_;
};

} // namespace atrium
