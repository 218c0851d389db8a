#pragma once

#include "atrium/actors/room_logic.hpp"
#include "atrium/broker/publish_receipt.hpp"
#include "atrium/broker/util/errc.hpp"

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace atrium {

/// What becomes of a message of the back end.
struct post_result {
  errc code = errc::none;
  std::string why;         ///< For people: why the message has not gone out.
  publish_receipt receipt; ///< Of the bus.
  std::string event_id;    ///< If there is one by then.

  /// What the logic answers to a message that has gone to nobody, one JSON
  /// value; empty: it is none such.
  std::string answer = {};
};

/// Who waits for what becomes of a post. Told exactly once, from any thread:
/// when the last copy goes at the latest, then that the room has ended.
class post_callback {
public:
  using function = std::function<void(post_result)>;

  post_callback() = default;

  template <class F>
  requires std::constructible_from<function, F> &&(
    !std::same_as<std::remove_cvref_t<F>, post_callback>)
    // Whoever posts writes just a function.
    post_callback(F f) // NOLINT(google-explicit-constructor)
    : post_callback(function{std::move(f)}, 0) {
    // nop
  }

  /// The message has gone to the bus, or the bus has not taken it.
  void tell(publish_receipt x, std::string event_id) const;

  /// The logic has answered it.
  void answer(std::string data) const;

  /// It has not got so far.
  void refuse(errc code, std::string why) const;

private:
  struct state;

  post_callback(function f, int);

  std::shared_ptr<state> state_;
};

/// A message of the back end for a room on this node, whose logic may change or
/// refuse it. Goes to the directory and so to the room, which is opened for it
/// if it is not there. The caller bounds how many are under way, and has
/// checked the name, the ids and the data.
struct post_in_room {
  std::string room;
  room_message what;
  bool is_chosen_id = false; ///< The event id may be sent again.
  std::string traceparent = {};
  post_callback done = {};
};

} // namespace atrium
