#pragma once

#include "atrium/broker/redis/gap_clock.hpp"
#include "atrium/broker/redis/link_purpose.hpp"
#include "atrium/broker/redis/resp.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace atrium {

/// Asks the server at the other end of a link for a sign of life, and looks
/// whether it is still the one to talk to: on a link for commands by its role
/// and by a write, since a master that was demoted takes PUBLISH as if nothing
/// had happened. Pure state, for one thread.
class redis_life {
public:
  using steady = gap_clock::steady;

  /// What an answer means for the link.
  struct finding {
    bool is_whole = false;   ///< It was the last answer to the question.
    std::string demotion;    ///< Not empty: the server is not the one.
    std::string write_error; ///< Not empty: it takes no writes.
  };

  redis_life(link_purpose how, std::string write_key)
    : how_(how), write_key_(std::move(write_key)) {
    // nop
  }

  link_purpose purpose() const noexcept {
    return how_;
  }

  /// Writes to another key from now on.
  void set_write_key(std::string key) {
    write_key_ = std::move(key);
  }

  /// Starts over: a new connection was set up at `now`.
  void reset(steady now) noexcept;

  /// A question is to be asked as soon as it can be.
  void call() noexcept {
    is_due_ = true;
  }

  /// Returns whether a question waits to be asked.
  bool is_due() const noexcept {
    return is_due_ && missing_ == 0;
  }

  /// Appends the question; nothing else may be unanswered.
  void ask(std::string& out, steady now);

  /// Returns whether the next reply that is no message belongs to a question.
  bool is_asking() const noexcept {
    return missing_ != 0;
  }

  finding on_reply(resp_reply reply);

  /// Something has arrived.
  void note_arrival() noexcept {
    is_silent_ = false;
  }

  /// Begins to wait for a sign of life, unless one is waited for.
  void expect(steady now) noexcept;

  /// Returns whether nothing has arrived for `patience` since one was expected.
  bool is_dead(steady now, std::chrono::milliseconds patience) const noexcept {
    return is_silent_ && now - expected_at_ >= patience;
  }

  /// When the last question that was answered was asked.
  steady proven() const noexcept {
    return proven_;
  }

private:
  bool writes() const noexcept {
    return how_ == link_purpose::commands && !write_key_.empty();
  }

  const link_purpose how_;
  std::string write_key_;
  bool is_due_ = false;
  unsigned missing_ = 0; // answers to the question
  bool is_silent_ = false;
  steady expected_at_{};
  steady asked_at_{};
  steady proven_{};
};

} // namespace atrium
