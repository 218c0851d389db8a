#pragma once

#include "atrium/broker/log/bus_log.hpp"
#include "atrium/broker/redis/admission.hpp"
#include "atrium/broker/redis/command_queue.hpp"
#include "atrium/broker/redis/script_gate.hpp"
#include "atrium/broker/util/errc.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace atrium {

/// Something that is asked of Redis by a script, in one step or several.
class script_call {
public:
  using clock = std::chrono::steady_clock;

  enum class step { over, goes_on, nonsense };

  virtual ~script_call() = default;

  /// Appends the commands of a step, the script last; returns how many. Of many
  /// servers each command may go to another one: then they take effect in any
  /// order. What the others answer is of no interest, but for `miss`.
  virtual std::size_t append(std::string& out, std::string_view sha) = 0;

  /// Takes the answer to the last one, which is no error; with `over` whoever
  /// waits has been told.
  virtual step take(resp_reply reply) = 0;

  /// One of the others may have had no effect: its server was lost, or is not
  /// to be reached. The script may have been taken by then.
  virtual void miss() {
    // nop
  }

  /// The server of the script is not to be reached, so it had no effect.
  /// Returns what comes next; `nonsense`: the call fails.
  virtual step pass_over() {
    return step::nonsense;
  }

  /// Tells whoever waits, unless that has happened.
  virtual void fail(errc why) = 0;

  std::size_t bytes = 0;      ///< What it holds, as it was admitted.
  std::size_t promise = 0;    ///< Bytes that an answer may have.
  clock::time_point deadline; ///< Then: `timeout`.
  bool may_repeat = true;     ///< When the answer to a step was lost.
  bool is_late = false;       ///< Told; an answer still comes.
};

/// Holds the calls of one script without an answer, in order: what one thread
/// asks about one user or room takes effect in that order, also where a call is
/// repeated, after one that had no effect or whose answer was lost. Each call
/// is answered exactly once.
class script_queue final : public command_queue {
public:
  /// So many may wait, and hold so many bytes.
  static constexpr std::size_t max_pending = 16'384;
  static constexpr std::size_t max_pending_bytes = std::size_t{32} << 20;

  /// So many are in flight, and may be answered by so many bytes of packets,
  /// and more by one call.
  static constexpr std::size_t max_calls = 256;
  static constexpr std::size_t max_answers = std::size_t{1} << 20;

  explicit script_queue(bus_log log = {}) : log_(std::move(log)) {
    // nop
  }

  /// Admits one call, or returns false if too much waits. Any thread.
  bool admit(std::size_t bytes) noexcept {
    return admitted_.admit(bytes);
  }

  /// Admits a call that has no bound. Any thread.
  void admit_always() noexcept {
    admitted_.add();
  }

  /// Takes the admission of a call back. Any thread.
  void release(std::size_t bytes) noexcept {
    admitted_.release(bytes);
  }

  /// Appends an admitted call; deadlines never decrease.
  void push(std::unique_ptr<script_call> x);

  void compose(std::string& out, std::size_t limit) override;
  bool on_reply_to(std::size_t which, resp_reply reply) override;
  void on_excused(std::size_t which) override;
  void on_lost() override;
  void on_up() override;
  void on_script(std::string_view sha) override;
  void on_script_refused(std::string_view error) override;
  void tick(clock::time_point now) override;
  std::optional<clock::time_point> next_tick() const override;
  void fail_all() override;

  std::size_t in_flight() const noexcept override {
    return commands_;
  }

  bool is_empty() const noexcept {
    return waiting_.empty() && in_flight_.empty();
  }

private:
  /// What becomes of a call when all its answers are there.
  enum class fate : std::uint8_t { open, over, goes_on, again, fails };

  struct sent {
    std::unique_ptr<script_call> call;
    std::size_t answers = 0; // that are still to come
    fate next = fate::open;  // unless the script has been answered
    bool is_excused = false; // not counted
  };

  bool take(sent& x, resp_reply reply);
  fate fate_of(script_call& x, resp_reply error);
  void finish(sent x);
  void repeat(std::unique_ptr<script_call> x);
  void settle(script_call& x, errc why);

  const bus_log log_;
  script_gate gate_;
  admission admitted_{max_pending, max_pending_bytes};
  std::deque<std::unique_ptr<script_call>> waiting_;
  std::deque<sent> in_flight_;
  std::size_t commands_ = 0; // in flight
  std::size_t promised_ = 0; // bytes that answers to these may have
  std::size_t excused_ = 0;  // calls in flight
  std::size_t repeated_ = 0; // of those that wait, the first ones
  std::size_t before_ = 0;   // answers to come before those are sent
};

} // namespace atrium
