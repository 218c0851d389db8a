#pragma once

#include "atrium/actors/room_message.hpp"

#include <string>
#include <vector>

namespace atrium {

/// How what a room's logic says reaches the members, and who they are. Whoever
/// runs the logic has one; `room_logic` says what each function does.
class room_voice {
public:
  virtual ~room_voice() = default;
  virtual std::vector<member> members() const = 0;
  virtual void publish(std::string data) = 0;
  virtual void publish_after(std::string data) = 0;
  virtual void tell(const member& who, std::string data) = 0;
};

} // namespace atrium
