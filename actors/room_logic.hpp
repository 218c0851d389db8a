#pragma once

#include "atrium/actors/json_inspector.hpp"
#include "atrium/actors/room_context.hpp"
#include "atrium/actors/room_message.hpp"
#include "atrium/actors/room_task.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, member& x) {
  return f(named("user"), x.user, named("connection"), x.connection);
}

/// The logic of a room on one node: derive from it, override what you need and
/// register it for a name pattern (`room_types`). As it is, it accepts
/// everything.
///
/// Hooks run in the room's actor, one at a time, on the scheduler's threads,
/// never on an I/O thread, unless it is registered for that
/// (`room_types::thread`); a slow hook delays only its room. They run on the
/// node to which the client is connected: a room with members on three nodes
/// has three states. An exception from a hook fails the request with
/// `internal`, tells the members (`room_restarted`), and the room goes on with
/// a fresh state. What the exception says is logged.
///
/// With an overload of `inspect` (json_inspector.hpp) operators see the logic's
/// fields beside those of the room.
class room_logic {
public:
  /// May throw, as hooks may.
  virtual ~room_logic() noexcept(false) = default;

  /// Somebody wants to join; `members()` does not contain `who`.
  virtual decision on_join(const member& who);

  /// A member publishes, or the back end: then `from` has no user and no
  /// connection. What is accepted goes to all members on all nodes. What is
  /// `handled` is answered, and nobody else hears of it.
  virtual decision on_message(const member& from, room_message& message);

  /// A member has left or lost the connection; `who` is in `members()` no more.
  virtual void on_leave(const member& who);

  /// A timer that was set by `after` or `every` has come.
  virtual void on_timer(const std::string& timer);

  /// Called every `tick_interval()`.
  virtual void on_tick();

  /// Zero: no more ticks. Asked when the room starts and after each tick.
  virtual std::chrono::milliseconds tick_interval() const;

  /// How long an empty room keeps its state (and its subscription) before it
  /// stops. Asked whenever the last member leaves.
  virtual std::chrono::milliseconds linger() const;

protected:
  // These are for hooks. In the constructor and the destructor the logic has no
  // room (any more): they throw `std::logic_error` there.

  const std::string& name() const {
    return room().room_name();
  }

  /// The members on this node.
  std::vector<member> members() const {
    return room().members();
  }

  unix_time now() const {
    return room().now();
  }

  /// Sends `data`, one JSON value in UTF-8, to every member on every node; no
  /// sender. From a hook that is asked about a message or a newcomer: before
  /// that message, and the newcomer gets it, too. What is no JSON is dropped,
  /// logged and counted.
  void publish(std::string data) {
    room().publish(std::move(data));
  }

  /// The same, behind what the hook is asked about: after the message that the
  /// hook accepts, or after the newcomer has been let in. Dropped if the hook
  /// refuses or throws. From other hooks the same as `publish`.
  void publish_after(std::string data) {
    room().publish_after(std::move(data));
  }

  /// Sends `data`, as above, to one member of this node; no sender. It does not
  /// pass through the bus, so it may overtake what was published before. A
  /// message to a member in `on_join` comes after `joined`.
  void tell(const member& who, std::string data) {
    room().tell(who, std::move(data));
  }

  /// Answers a message that `on_message` has put off by `decision::later`, with
  /// one JSON value. Nothing happens if nobody waits (any more).
  void reply(answer_ticket to, std::string data) {
    room().reply(to, std::move(data));
  }

  /// The same with the error `room_refused`.
  void refuse(answer_ticket to, std::string_view reason) {
    room().refuse(to, reason);
  }

  /// Calls `on_timer(timer)` once, after at least `delay`. A timer of that name
  /// that is set already is replaced. Timers end with the room and with the
  /// state of its logic. Throws `std::length_error` if the room has 1024
  /// timers.
  void after(std::string timer, std::chrono::milliseconds delay) {
    room().set_timer(std::move(timer), delay, std::chrono::milliseconds{0});
  }

  /// Calls `on_timer(timer)` every `interval`, which is positive (else
  /// `std::invalid_argument`). A room that is late skips what it has missed.
  void every(std::string timer, std::chrono::milliseconds interval);

  /// Returns whether there was such a timer.
  bool cancel(std::string_view timer) {
    return room().cancel_timer(timer);
  }

  /// Runs `work` on a thread for tasks (`--task-threads`), where it may wait
  /// and compute, and then `then` with its result in this room, as a hook;
  /// unless the room or this state of its logic is gone by then. `work` must
  /// not touch the logic or its room. It may take a `task_control&`. What goes
  /// wrong: `task_options`.
  template <class Work, class Then>
  void run(Work work, Then then, task_options how = {}) {
    room().run(make_task(std::move(work), std::move(then), std::move(how)));
  }

private:
  friend class room_types;

  room_context& room() const;

  room_context* context_ = nullptr;
  std::string (*describe_)(room_logic&) = nullptr; // where it has `inspect`
};

} // namespace atrium
