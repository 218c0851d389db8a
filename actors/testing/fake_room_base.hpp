#pragma once

#include "atrium/actors/room_types.hpp"
#include "atrium/actors/testing/fake_context.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace atrium {

/// Somebody who has asked to join a `fake_room`.
struct fake_member : member {
  std::optional<std::string> refusal; ///< Why `on_join` has not let them in.
};

/// What `fake_room` does, whatever its logic. What a hook throws comes out of
/// the function that has had the hook called; by then there is a fresh logic,
/// as in a real room. One thread.
class fake_room_base {
public:
  using outcome_ptr = std::shared_ptr<const fake_outcome>;
  using texts = fake_context::texts;

  fake_room_base(const fake_room_base&) = delete;
  fake_room_base& operator=(const fake_room_base&) = delete;

  /// What the logic's destructor throws is lost.
  ~fake_room_base();

  /// Lets `user` join by a connection of its own.
  fake_member join(std::string user,
                   std::shared_ptr<const std::string> info = nullptr);
  void leave(const member& who);

  /// Sends `data`, one JSON value, into the room. An outcome that waits changes
  /// when the logic answers.
  outcome_ptr say(const member& from, std::string data);

  /// The same as the back end does it.
  outcome_ptr post(std::string data);

  /// Lets time pass: timers, ticks and deadlines come when they are due. A
  /// timer that sets itself anew without delay comes once a millisecond.
  void advance(std::chrono::milliseconds x);

  /// Does the work of all tasks that wait, in the order in which they were
  /// begun, and what follows it; returns how many. For work that takes too long
  /// let time pass instead.
  std::size_t run_tasks();

  /// Has all tasks fail that wait; returns how many.
  std::size_t fail_tasks(const task_failure& why);

  /// What the client of `who` has got since the last call: the data of messages
  /// to all and to `who`, in order.
  texts heard(const member& who) {
    return std::exchange(context_.heard[who.connection], {});
  }

  /// What has gone to all members since the last call, in order.
  texts published() {
    return std::exchange(context_.published, {});
  }

  /// What the room has dropped since the last call: the logic has made it, and
  /// it is no JSON in UTF-8.
  texts dropped() {
    return std::exchange(context_.dropped, {});
  }

  /// How often a hook has thrown.
  std::size_t restarts() const {
    return restarts_;
  }

protected:
  fake_room_base(std::string name, room_types types);

  room_logic& any_logic() const {
    return *logic_;
  }

private:
  using time_point = fake_context::time_point;

  template <class Hook>
  auto call(Hook hook);
  void restart();
  outcome_ptr ask(const member& from, std::string data);
  bool review(const decision& verdict, std::string data,
              const std::shared_ptr<fake_outcome>& result);
  std::optional<time_point> next_due() const;
  void take_turn();
  void tick();
  void schedule_tick();
  void finish(const fake_context::begun_task& x);
  void fail(const fake_context::begun_task& x, const task_failure& why);

  room_types types_;
  fake_context context_;
  std::unique_ptr<room_logic> logic_;
  std::size_t restarts_ = 0;
  std::uint64_t connections_ = 0;
  std::optional<time_point> tick_;
};

} // namespace atrium
