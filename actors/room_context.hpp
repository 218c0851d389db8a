#pragma once

#include "atrium/actors/room_message.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

struct room_task;

/// What a room's logic can do to its room: `room_logic` says what each does.
/// The room's actor implements it, and for tests of a logic alone `fake_room`.
class room_context {
public:
  virtual ~room_context() = default;
  virtual const std::string& room_name() const = 0;
  virtual std::vector<member> members() const = 0;
  virtual unix_time now() const = 0;

  virtual void publish(std::string data) = 0;
  virtual void publish_after(std::string data) = 0;
  virtual void tell(const member& who, std::string data) = 0;
  virtual void reply(answer_ticket to, std::string data) = 0;
  virtual void refuse(answer_ticket to, std::string_view reason) = 0;

  /// An `interval` of zero: once.
  virtual void set_timer(std::string name, std::chrono::milliseconds first,
                         std::chrono::milliseconds interval)
    = 0;
  virtual bool cancel_timer(std::string_view name) = 0;
  virtual void run(room_task task) = 0;
};

} // namespace atrium
