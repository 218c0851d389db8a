#pragma once

#include <chrono>
#include <optional>

namespace atrium {

/// Whether a server serves commands, as far as its link can tell. Pure state.
class server_health {
public:
  using clock = std::chrono::steady_clock;

  /// A server from which so long nothing comes, though something is in flight,
  /// is taken to hang.
  static constexpr std::chrono::milliseconds patience{200};

  /// It has never been up.
  explicit server_health(clock::time_point now) : down_(now) {
    // nop
  }

  bool is_up() const noexcept {
    return is_up_;
  }

  /// The link was up, and is lost.
  bool is_lost() const noexcept {
    return is_lost_;
  }

  bool hangs() const noexcept {
    return hangs_;
  }

  /// Returns whether it has served a command since it came up, or was not
  /// ready: what follows will be served as well.
  bool is_trusted() const noexcept {
    return is_trusted_;
  }

  /// Returns since when it serves nobody, if it does not.
  std::optional<clock::time_point> trouble() const noexcept {
    if (!is_up_)
      return down_;
    return hangs_ ? quiet_ : unready_;
  }

  void on_up() noexcept {
    is_up_ = true;
    is_lost_ = false;
    is_trusted_ = false;
    unready_.reset();
  }

  /// One that was in trouble before is down since then.
  void on_down(clock::time_point now) noexcept {
    down_ = trouble().value_or(now);
    is_up_ = false;
    is_lost_ = true;
    on_idle();
  }

  void on_served() noexcept {
    is_trusted_ = true;
    unready_.reset();
  }

  /// It has said "try again later".
  void on_unready(clock::time_point now) noexcept {
    is_trusted_ = false;
    if (!unready_)
      unready_ = now;
  }

  /// Something has come, or is in flight after nothing was.
  void on_sign(clock::time_point now) noexcept {
    hangs_ = false;
    quiet_ = now;
  }

  /// Nothing is in flight.
  void on_idle() noexcept {
    hangs_ = false;
    quiet_.reset();
  }

  /// Returns whether it has just begun to hang.
  bool begins_to_hang(clock::time_point now) noexcept {
    if (hangs_ || !quiet_ || now - *quiet_ < patience)
      return false;
    hangs_ = true;
    return true;
  }

private:
  bool is_up_ = false;
  bool is_lost_ = false;
  bool is_trusted_ = false;
  bool hangs_ = false;
  clock::time_point down_;                 // since when, if it is not up
  std::optional<clock::time_point> quiet_; // with something in flight
  std::optional<clock::time_point> unready_;
};

} // namespace atrium
