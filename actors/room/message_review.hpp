#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/room/logic_runner.hpp"
#include "atrium/actors/room/room_answers.hpp"
#include "atrium/actors/room_message.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium {

/// What the logic says to a message. It goes on if nothing of this is there.
struct message_verdict {
  errc code = errc::none;
  std::string why;
  std::optional<std::string> answer = std::nullopt;
  std::optional<std::chrono::milliseconds> patience = std::nullopt;
  std::vector<std::string> after = {}; ///< To publish behind it.

  bool goes_on() const {
    return code == errc::none && !answer && !patience;
  }
};

/// Asks the logic of a room about messages and newcomers, and checks what it
/// makes of them: the logic is the operator's code. For the actor that runs it.
class message_review {
public:
  message_review(logic_runner& logic, room_answers& answers)
    : logic_(logic), answers_(answers) {
    // nop
  }

  message_review(const message_review&) = delete;
  message_review& operator=(const message_review&) = delete;

  void start(environment_ptr env, std::string room);

  /// Returns whether a message has to be asked about: in a room with logic of
  /// its own.
  bool is_needed() const {
    return logic_.is_custom();
  }

  /// Asks about a message, which the logic may change; it has a ticket then.
  message_verdict ask(const member& who, room_message& x);

  /// The message goes to nobody: whoever sent it gets the answer, or waits for
  /// it from `now` on.
  void put_off(asker who, message_verdict& verdict, answer_ticket ticket,
               room_answers::time_point now);

  /// The logic is about to be asked what it may refuse: what it wants to
  /// publish behind that waits until `take_after`.
  void begin() {
    is_asking_ = true;
  }

  /// Returns what has waited; nothing waits any more.
  std::vector<std::string> take_after() {
    is_asking_ = false;
    return std::exchange(after_, {});
  }

  /// Keeps `data` if it has to wait. Returns false, and does nothing, if not.
  bool keep_after(std::string& data);

  /// Returns whether the logic may say that; else counts and logs it.
  bool accepts(std::string_view where, const std::string& data);

private:
  void reject(std::string_view where, std::string_view field);

  logic_runner& logic_;
  room_answers& answers_;
  environment_ptr env_;
  std::string room_;
  bool is_asking_ = false;
  std::vector<std::string> after_;
};

} // namespace atrium
