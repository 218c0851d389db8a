#pragma once

#include "atrium/broker/bus.hpp"
#include "atrium/broker/history.hpp"

#include <memory>
#include <string>
#include <vector>

namespace atrium {

/// All buses of a node as one, for those who have no bus on their own thread:
/// publishes and subscribes by the first, and answers for all. Any thread.
class bus_group final : public bus {
public:
  /// There is at least one.
  explicit bus_group(std::vector<std::shared_ptr<bus>> members);

  [[nodiscard]] subscription
  subscribe(std::string channel, std::shared_ptr<subscriber> who) override {
    return members_.front()->subscribe(std::move(channel), std::move(who));
  }

  void publish(std::string channel, shared_bytes payload,
               receipt_handler done) override {
    members_.front()->publish(std::move(channel), std::move(payload),
                              std::move(done));
  }

  /// Returns the log of the first that has one, with the counters of all; null
  /// if none has.
  history_log* history() override {
    return history_.get();
  }

  /// Asks the first: the threads of the others have other duties, by which
  /// they are checked.
  void ping(std::function<void()> answer) override {
    members_.front()->ping(std::move(answer));
  }

  void confirm(std::string channel, std::function<void()> carried) override {
    members_.front()->confirm(std::move(channel), std::move(carried));
  }

  /// Stops all of them, in their order.
  void stop() override;

  /// Adds the counters up. What is true has to be so for all of them, and the
  /// first trouble is told.
  bus_stats stats() const override;

private:
  const std::vector<std::shared_ptr<bus>> members_;
  const std::unique_ptr<history_log> history_;
};

} // namespace atrium
