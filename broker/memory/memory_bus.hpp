#pragma once

#include "atrium/broker/bus.hpp"

namespace atrium {

/// The bus of a node that runs alone: delivers within the process, on the
/// thread that publishes, before `publish` returns.
class memory_bus final : public bus {
public:
  memory_bus();

  subscription subscribe(std::string channel,
                         std::shared_ptr<subscriber> who) override;

  void publish(std::string channel, shared_bytes payload,
               receipt_handler done) override;

  void ping(std::function<void()> answer) override;

  void stop() override;

  bus_stats stats() const override;

private:
  class state;

  std::shared_ptr<state> state_; // shared with the subscriptions
};

} // namespace atrium
