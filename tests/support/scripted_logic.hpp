#pragma once

#include "atrium/actors/room_logic.hpp"

#include <functional>
#include <vector>

namespace atrium::test {

/// A logic that does what the test says, through `does`. A hook that is not set accepts.
class scripted_logic final : public room_logic {
public:
  struct script {
    std::function<decision(scripted_logic&, const member&)> join;
    std::function<decision(scripted_logic&, room_message&)> message;
    std::function<void(scripted_logic&)> leave;
    std::function<void(scripted_logic&)> tick; ///< Each second.
    std::chrono::milliseconds linger;
  };

  /// For all rooms; to be cleared by the fixture.
  static inline script does = {};

  decision on_join(const member& who) override {
    return does.join ? does.join(*this, who) : decision::accept();
  }

  decision on_message(const member&, room_message& message) override {
    return does.message ? does.message(*this, message) : decision::accept();
  }

  void on_leave(const member&) override {
    if (does.leave)
      does.leave(*this);
  }

  void on_tick() override {
    if (does.tick)
      does.tick(*this);
  }

  std::chrono::milliseconds tick_interval() const override {
    return std::chrono::seconds{does.tick ? 1 : 0};
  }

  std::chrono::milliseconds linger() const override {
    return does.linger;
  }

  using room_logic::publish;
  using room_logic::publish_after;
  using room_logic::refuse;
  using room_logic::reply;
  using room_logic::run;
  using room_logic::tell;

  std::vector<answer_ticket> tickets; ///< For the test to fill.
};

} // namespace atrium::test
