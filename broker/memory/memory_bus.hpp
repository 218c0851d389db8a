#pragma once

#include "atrium/broker/bus.hpp"
#include "atrium/broker/history.hpp"

#include <cstddef>

namespace atrium {

/// The bus of a node that runs alone: delivers within the process, on the
/// thread that publishes, before `publish` returns. So does its log, which is
/// bounded in bytes for all channels together.
class memory_bus final : public bus {
public:
  /// `history_bytes`: what the messages that are kept may take.
  explicit memory_bus(std::size_t history_bytes = std::size_t{64} << 20);

  subscription subscribe(std::string channel,
                         std::shared_ptr<subscriber> who) override;

  void publish(std::string channel, shared_bytes payload,
               receipt_handler done) override;

  history_log* history() override;

  /// Has another bound of what the messages that are kept may take.
  void resize(std::size_t history_bytes);

  void ping(std::function<void()> answer) override;

  void stop() override;

  bus_stats stats() const override;

private:
  class state;

  std::shared_ptr<state> state_; // shared with the subscriptions
};

} // namespace atrium
