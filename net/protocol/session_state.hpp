#pragma once

#include "atrium/actors/replies.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace atrium {

/// Where a client's session is in its life, whatever it is carried by.
///
///   accepting ──▶ signing on ──welcome──▶ open ──close()──▶ closing ──▶ gone
///       │             │                     │                           ▲
///       └─────────────┴─ error, timeout ────┴───────────────────────────┘
///
/// When the node goes away while requests are unanswered, the session is open
/// until they are answered: it has been dismissed. One thread.
class session_state {
public:
  /// What a client is told that is dismissed.
  struct pending_close {
    std::string reason;
    std::chrono::milliseconds after; ///< When to come again.
  };

  /// What becomes of a wish to close.
  enum class close_step : std::uint8_t {
    none, ///< It is closed already.
    now,
    after_answers, ///< Dismissed.
  };

  bool is_signing_on() const {
    return stage_ == stage::signing_on;
  }

  bool is_open() const {
    return stage_ == stage::open;
  }

  /// Whether it is closing or gone.
  bool is_ending() const {
    return stage_ == stage::closing || stage_ == stage::gone;
  }

  /// Whether it is open only until what has been asked is answered.
  bool is_dismissed() const {
    return pending_close_ != nullptr;
  }

  /// Whether requests are taken.
  bool is_listening() const {
    return is_open() && !is_dismissed();
  }

  void sign_on() {
    stage_ = stage::signing_on;
  }

  /// The client is welcome. False if nobody waits for that.
  bool open() {
    if (stage_ != stage::signing_on)
      return false;
    stage_ = stage::open;
    return true;
  }

  /// Somebody wants it closed; `owes_answers`: requests are unanswered.
  close_step close(close_code code, std::string_view reason,
                   std::chrono::milliseconds after, bool owes_answers) {
    if (is_ending())
      return close_step::none;
    if (code != close_code::going_away || !owes_answers || !is_open())
      return close_step::now;
    pending_close_ = std::make_unique<pending_close>(
      pending_close{std::string{reason}, after});
    return close_step::after_answers;
  }

  /// Returns what it is told that was dismissed, once; null if it was not.
  std::unique_ptr<pending_close> take_pending_close() {
    return std::move(pending_close_);
  }

  /// The last words are said.
  void begin_close() {
    stage_ = stage::closing;
    pending_close_.reset();
  }

  void end() {
    stage_ = stage::gone;
    pending_close_.reset();
  }

private:
  enum class stage : std::uint8_t {
    accepting,
    signing_on,
    open,
    closing,
    gone
  };

  stage stage_ = stage::accepting;
  std::unique_ptr<pending_close> pending_close_; // null: it is not dismissed
};

} // namespace atrium
