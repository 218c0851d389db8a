#pragma once

#include "atrium/actors/room_context.hpp"
#include "atrium/actors/room_task.hpp"

#include <string>
#include <vector>

namespace atrium::test {

/// A room without members that does nothing of what its logic wants.
class lone_port final : public room_context {
public:
  const std::string& room_name() const override {
    return name_;
  }
  std::vector<member> members() const override {
    return {};
  }
  unix_time now() const override {
    return {};
  }
  void publish(std::string) override {
    // nop
  }
  void publish_after(std::string) override {
    // nop
  }
  void tell(const member&, std::string) override {
    // nop
  }
  void reply(answer_ticket, std::string) override {
    // nop
  }
  void refuse(answer_ticket, std::string_view) override {
    // nop
  }
  void set_timer(std::string, std::chrono::milliseconds, std::chrono::milliseconds) override {
    // nop
  }
  bool cancel_timer(std::string_view) override {
    return false;
  }
  void run(room_task) override {
    // nop
  }

private:
  std::string name_ = "throwing";
};

} // namespace atrium::test
