#pragma once

#include "atrium/actors/bus_messages.hpp"
#include "atrium/broker/history.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace atrium {

/// How far a room has got in the history of its channel, which decides what its
/// members get next: each message once, in the order of the history. What does
/// not follow waits until the history has told what is missing. Pure state, for
/// one thread:
///
///     unknown ──page──▶ live ──something does not follow──▶ behind ──page──┐
///                        ▲ ◀───────────────────────────────────────────────┘
///
/// The bound of what waits is that of the room's queue, since the permits wait
/// with the messages: over it the feed drops, which is one more thing that the
/// history has to tell.
class room_log {
public:
  /// What the members get, and what they must be told first.
  struct progress {
    /// The history has lost some of what comes between what they have and this
    /// position; nothing: it has lost nothing.
    std::optional<position> lost = std::nullopt;

    std::vector<incoming> messages = {};
  };

  void start(history_rule rule, std::size_t page) {
    rule_ = rule;
    page_ = page;
  }

  /// Whether the room has a history.
  bool is_on() const noexcept {
    return rule_.is_on();
  }

  /// Whether the position is known.
  bool is_known() const noexcept {
    return known_;
  }

  /// Whether something may be missing.
  bool is_behind() const noexcept {
    return doubtful_ || !waiting_.empty();
  }

  /// Position of the latest message that the members have got.
  const position& at() const noexcept {
    return at_;
  }

  /// Takes what has come from the bus; returns what the members get of it.
  std::vector<incoming> take(const arrived& x);

  /// Something may be missing, or the history has to be looked at.
  void doubt() noexcept {
    doubtful_ = true;
  }

  /// Returns the number of the next question. Its answer is younger than all
  /// that has happened until now.
  std::uint64_t next_question() const noexcept {
    return asked_ + 1;
  }

  /// Returns the number of the latest question that was answered.
  std::uint64_t answered() const noexcept {
    return answered_;
  }

  /// Returns what is to be asked now, if anything is: one question at a time.
  std::optional<history_query> ask();

  /// The question has no answer: it is asked again after `retry`.
  void fail() noexcept {
    is_asking_ = false;
    doubtful_ = true;
    hold_back();
  }

  /// No question is asked until `retry`.
  void hold_back() noexcept {
    holds_back_ = true;
  }

  /// Whether questions wait for `retry`.
  bool holds_back() const noexcept {
    return holds_back_;
  }

  void retry() noexcept {
    holds_back_ = false;
  }

  /// Takes the answer; `messages` are those of the page, decoded.
  progress answer(const history_page& page, std::vector<incoming> messages);

private:
  // A message that does not follow, and the last question before it came.
  struct early {
    incoming message;
    permit held;
    std::uint64_t asked = 0;
  };

  enum class order : std::uint8_t { next, old, early };

  order order_of(const incoming& x) const;
  void advance(const incoming& x);
  std::optional<position> loss_in(const history_page& page) const;
  void drain(std::vector<incoming>& out);

  history_rule rule_;
  std::size_t page_ = 0;
  position at_;
  position asked_at_; // where the question was asked
  bool known_ = false;
  bool doubtful_ = true;
  bool is_asking_ = false;
  bool holds_back_ = false;
  std::uint64_t asked_ = 0;
  std::uint64_t answered_ = 0;
  std::vector<early> waiting_;
};

} // namespace atrium
