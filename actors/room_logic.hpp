#pragma once

#include "atrium/actors/environment.hpp"

#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace atrium {

/// Runs the logic of a room and survives what it throws: an exception costs the
/// logic its state, not the room its members.
class room_logic {
public:
  /// Called after a failure. With `give_up` there is no use in going on.
  using failure_handler = std::function<void(bool give_up)>;

  /// Makes the logic; throws what its constructor throws.
  void start(environment_ptr env, room_port& port, failure_handler on_failure);

  /// Runs a hook. Nothing if it threw; then the logic has been made anew.
  template <class Hook>
  auto run(Hook hook)
    -> std::optional<decltype(hook(std::declval<room_state&>()))> {
    try {
      return hook(*state_);
    } catch (const std::exception& error) {
      restart(type_of(error));
    } catch (...) {
      restart("unknown exception");
    }
    return std::nullopt;
  }

  /// How often it was made anew.
  std::uint64_t failures() const {
    return failures_;
  }

  /// The fields of the logic's `inspect`, as the text of a JSON value.
  std::string describe() const;

private:
  /// The name of the type: what an exception says may quote a message.
  static std::string type_of(const std::exception& error);

  void restart(const std::string& why);
  bool make_anew();

  environment_ptr env_;
  room_port* port_ = nullptr;
  failure_handler on_failure_;
  std::unique_ptr<room_state> state_;
  std::deque<unix_time> restarts_; // within the last minute
  std::uint64_t failures_ = 0;
};

} // namespace atrium
