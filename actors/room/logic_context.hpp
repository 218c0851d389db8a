#pragma once

#include "atrium/actors/room/room_answers.hpp"
#include "atrium/actors/room/room_tasks.hpp"
#include "atrium/actors/room/room_timers.hpp"
#include "atrium/actors/room/room_voice.hpp"
#include "atrium/actors/room_context.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// What the logic of a room can do to its room: speak, set timers, answer
/// later, run tasks. What it has begun ends with its state. For the actor that
/// runs it.
class logic_context : public room_context {
public:
  logic_context(logic_runner& logic, room_voice& voice, room_answers& answers)
    : logic_(logic), voice_(voice), answers_(answers) {
    // nop
  }

  /// `self` runs the logic.
  void start(logic_actor self, environment_ptr env, std::string name);

  /// Something is due: a timer, the deadline of an answer or of a task.
  void take(const room_wake& x);

  /// A task has something to say.
  template <class What>
  void take(const What& x) {
    tasks_.take(x);
  }

  /// Has the actor wake at that time, or before.
  void wake_by(caf::actor_clock::time_point due);

  /// The logic has failed: nothing of what it had begun goes on.
  void restart();

  const room_timers& timers() const {
    return timers_;
  }

  /// Sets timers that were saved.
  void restore(std::vector<room_timers::entry> timers);

  const room_tasks& tasks() const {
    return tasks_;
  }

  const std::string& room_name() const override {
    return name_;
  }

  std::vector<member> members() const override;
  unix_time now() const override;
  void publish(std::string data) override;
  void publish_after(std::string data) override;
  void tell(const member& who, std::string data) override;
  void reply(answer_ticket to, std::string data) override;
  void refuse(answer_ticket to, std::string_view reason) override;
  void set_timer(std::string name, std::chrono::milliseconds first,
                 std::chrono::milliseconds interval) override;
  bool cancel_timer(std::string_view name) override;
  void run(room_task task) override;

private:
  std::optional<caf::actor_clock::time_point> earliest() const;

  logic_runner& logic_;
  room_voice& voice_;
  room_answers& answers_;
  caf::weak_actor_ptr self_; // or the actor would keep itself
  caf::actor_clock* clock_ = nullptr;
  environment_ptr env_;
  std::string name_;
  room_timers timers_;
  room_tasks tasks_{logic_};

  // Those that are under way. CAF cannot cancel one, and a logic may set the
  // same timer with every message: another one is asked for only if it has to
  // come before all of these.
  std::set<caf::actor_clock::time_point> wake_ups_;
};

} // namespace atrium
