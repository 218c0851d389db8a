#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/room/hook_error.hpp"
#include "atrium/actors/room_logic.hpp"
#include "atrium/actors/util/hook_watch.hpp"

#include <deque>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// Runs the logic of a room and survives what it throws: an exception costs the
/// logic its state, not the room its members.
class logic_runner {
public:
  /// What a client is told when a hook that decides about its request throws.
  static constexpr auto failed = "the room's logic failed";

  /// Called after a failure. With `give_up` there is no use in going on.
  using failure_handler = std::function<void(bool give_up)>;

  logic_runner() = default;

  logic_runner(const logic_runner&) = delete;
  logic_runner& operator=(const logic_runner&) = delete;

  ~logic_runner();

  /// Makes the logic; throws a `std::exception` if its constructor throws.
  void start(environment_ptr env, room_context& context,
             failure_handler on_failure);

  /// Does without: the room's logic runs elsewhere.
  void start_plain(environment_ptr env, room_context& context);

  /// Runs a hook. Nothing if it threw; then the logic has been made anew. What
  /// is `given` to the hook is JSON that an exception may quote.
  template <class Hook>
  auto run(Hook hook, std::initializer_list<std::string_view> given = {})
    -> std::optional<decltype(hook(std::declval<room_logic&>()))> {
    auto watched = env_->hooks->begin(name_);
    try {
      return hook(*state_);
    } catch (const std::exception& error) {
      restart(hook_error::of(error, given));
    } catch (...) {
      restart(unknown());
    }
    return std::nullopt;
  }

  /// Whether there is one.
  bool is_started() const {
    return state_ != nullptr;
  }

  /// Whether it is the operator's; otherwise every hook accepts everything.
  bool is_custom() const {
    return is_custom_;
  }

  /// How often it was made anew.
  std::uint64_t failures() const {
    return failures_;
  }

  /// The fields of the logic's `inspect`, as the text of a JSON value.
  std::string describe() const;

  /// Whether such a text can be read back.
  bool can_restore() const;

  /// Reads the text back. Returns whether that went well; the log tells if not,
  /// and the logic has been made anew.
  bool restore(std::string_view text);

private:
  static hook_error unknown() {
    return {"unknown exception", {}};
  }

  void restart(const hook_error& why);
  bool make_anew();
  void complain(const hook_error& why) const;

  /// Ends a state, whatever its destructor does.
  void discard(std::unique_ptr<room_logic> x) const;

  environment_ptr env_;
  room_context* context_ = nullptr; // gone before this one
  std::string name_;                // of the room
  failure_handler on_failure_;
  std::unique_ptr<room_logic> state_;
  bool is_custom_ = false;
  std::deque<unix_time> restarts_; // within the last minute
  std::uint64_t failures_ = 0;
};

} // namespace atrium
