#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/owner/word_draft.hpp"
#include "atrium/actors/room/logic_context.hpp"
#include "atrium/actors/room/logic_runner.hpp"

#include <caf/actor_clock.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// The state of a room's logic, and its timers, as a part of what the owner
/// saves: with each word, or every `snapshot_interval`. In between a mark says
/// that members know more than what is saved. For the owner's actor.
class saved_logic {
public:
  using time_point = caf::actor_clock::time_point;

  saved_logic(logic_runner& logic, logic_context& context)
    : logic_(logic), context_(context) {
    // nop
  }

  saved_logic(const saved_logic&) = delete;
  saved_logic& operator=(const saved_logic&) = delete;

  /// Before the logic has its state back.
  void start(environment_ptr env);

  /// Takes what an owner has saved. Returns false if the field is none of this.
  bool restore(std::string_view field, const std::string& value);

  /// All of it was there: gives it to the logic. Returns whether the logic
  /// knows all that the room had been told.
  bool finish_restoring(time_point now);

  /// Adds what has changed, if it is time for that; with `is_final` in any
  /// case.
  void save(word_draft& out, time_point now, bool is_final);

  /// The logic is not worth saving any more.
  void forget(word_draft& out);

  /// When it has to be saved, though nothing else happens.
  std::optional<time_point> due() const {
    return due_;
  }

  /// When it was saved; nothing: never.
  std::optional<time_point> saved_at() const {
    return saved_at_;
  }

  /// Whether members may know more than what is saved.
  bool is_ahead() const {
    return is_ahead_;
  }

private:
  void save_logic(word_draft& out, time_point now, bool is_final);
  void save_timers(word_draft& out, time_point now);

  logic_runner& logic_;
  logic_context& context_;
  environment_ptr env_;
  std::string text_;   // of the logic, as it was saved
  std::string timers_; // that were saved, until they are set
  std::uint64_t timers_version_ = 0;
  bool is_ahead_ = false;
  bool is_forgotten_ = false;
  std::optional<time_point> due_;
  std::optional<time_point> saved_at_;
};

} // namespace atrium
