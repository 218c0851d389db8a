#pragma once

#include "atrium/actors/json_inspector.hpp"
#include "atrium/actors/room_context.hpp"
#include "atrium/actors/room_message.hpp"
#include "atrium/actors/room_task.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium {

/// The logic of a room on one node: derive from it, override what you need and
/// register it for a name pattern (`room_types`). As it is, it accepts
/// everything.
///
/// Hooks run in the room's actor, one at a time, on the scheduler's threads,
/// never on an I/O thread, unless it is registered for that
/// (`room_types::thread`); a slow hook delays only its room. By its `home` a
/// room has a state on each node with members, or one on one node for all. An
/// exception from a hook fails the request with `internal`, is logged, tells
/// the members (`room_restarted`), and the room goes on with a fresh state.
///
/// With an overload of `inspect` (json_inspector.hpp) operators see the logic's
/// fields; if that can be read back (json_loader.hpp), it is the state that a
/// room with `home::one` has again on the next node.
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

  /// Zero: no more ticks. Asked at the start and after each tick.
  virtual std::chrono::milliseconds tick_interval() const;

  /// How long an empty room keeps its state (and its subscription) before it
  /// stops. Asked whenever the last member leaves.
  virtual std::chrono::milliseconds linger() const;

  /// With `home::one`, how old the saved state may be. Zero: it is saved in one
  /// step with what the room says, so the next node knows all that anybody was
  /// told; else the members hear if something is lost (`room_restarted`).
  virtual std::chrono::milliseconds snapshot_interval() const;

  /// With `home::one`, how long the state is kept when the room has ended; a
  /// minute at least.
  virtual std::chrono::seconds snapshot_lifetime() const;

protected:
  // For hooks. In constructor and destructor they throw `std::logic_error`.

  const std::string& name() const {
    return room().room_name();
  }
  unix_time now() const {
    return room().now();
  }

  /// The members on this node; with `home::one`, on all nodes.
  std::vector<member> members() const {
    return room().members();
  }

  /// Sends `data`, one JSON value in UTF-8, to every member on every node. From
  /// a hook that is asked about a message or a newcomer: before that message,
  /// and the newcomer gets it, too. What is no JSON is dropped and logged.
  void publish(std::string data) {
    room().publish(std::move(data));
  }

  /// The same, behind the message that the hook accepts, or the newcomer that
  /// it lets in. Dropped if it does not. From other hooks like `publish`.
  void publish_after(std::string data) {
    room().publish_after(std::move(data));
  }

  /// Sends `data`, as above, to one of the `members()`. It may overtake what
  /// was published before. To `who` of `on_join` it comes after `joined`.
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
  /// that is set already is replaced. Timers live and end with the state, and
  /// are saved with it. Throws
  /// `std::length_error` if the room has 1024 timers.
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
  /// unless the room or this state of its logic is gone. `work` must not touch
  /// either. It may take a `task_control&`. What goes wrong: `task_options`.
  template <class Work, class Then>
  void run(Work work, Then then, task_options how = {}) {
    room().run(make_task(std::move(work), std::move(then), std::move(how)));
  }

private:
  friend class room_types;

  room_context& room() const;

  room_context* context_ = nullptr;
  std::string (*describe_)(room_logic&) = nullptr; // if it has `inspect`
  std::optional<std::string> (*load_)(room_logic&, std::string_view) = nullptr;
};

} // namespace atrium
