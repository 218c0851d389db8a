#pragma once

#include "atrium/actors/json_inspector.hpp"
#include "atrium/broker/util/time.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// A connection in a room, as the room's logic sees it.
struct member {
  std::string user;
  std::string connection; ///< Unique among all nodes.
  /// The claim `info` of the member's token, one JSON object, as it was when
  /// the member joined; may be null.
  std::shared_ptr<const std::string> info = nullptr;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, member& x) {
  return f(named("user"), x.user, named("connection"), x.connection);
}

/// A message on its way into a room.
struct room_message {
  std::string data; ///< One JSON value; a hook may replace it by another.
  std::string event_id;
  std::string trace_id;

  bool operator==(const room_message&) const = default;
};

/// What a hook decides.
class [[nodiscard]] decision {
public:
  static decision accept() {
    return {};
  }

  /// The client gets the error `room_refused` with `reason`, of which it sees
  /// 1024 bytes; what is not UTF-8 becomes U+FFFD.
  static decision refuse(std::string_view reason);

  /// Nothing, or why not.
  const std::optional<std::string>& refusal() const {
    return refusal_;
  }

private:
  std::optional<std::string> refusal_;
};

/// What a room's logic can do to its room; implemented by the room actor.
class room_context {
public:
  virtual ~room_context() = default;
  virtual const std::string& room_name() const = 0;
  virtual std::vector<member> members() const = 0;
  virtual unix_time now() const = 0;
  virtual void publish(std::string data) = 0;
  virtual void tell(const member& who, std::string data) = 0;
};

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
  /// connection. What is accepted goes to all members on all nodes.
  virtual decision on_message(const member& from, room_message& message);

  /// A member has left or lost the connection; `who` is in `members()` no more.
  virtual void on_leave(const member& who);

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

  /// Sends `data`, as above, to one member of this node; no sender. It does not
  /// pass through the bus, so it may overtake what was published before. A
  /// message to a member in `on_join` comes after `joined`.
  void tell(const member& who, std::string data) {
    room().tell(who, std::move(data));
  }

private:
  friend class room_types;

  room_context& room() const;

  room_context* context_ = nullptr;
  std::string (*describe_)(room_logic&) = nullptr; // where it has `inspect`
};

} // namespace atrium
