#pragma once

#include "atrium/broker/history.hpp"
#include "atrium/broker/memory/memory_log.hpp"
#include "atrium/broker/packet_header.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace atrium::test {

/// A real history whose words get lost, or wait, as the test wants.
class obedient_log final : public history_log {
public:
  using delivery = std::function<void(const std::string&, shared_bytes)>;

  /// `deliver` gets what subscribers of the channel get.
  explicit obedient_log(delivery deliver) : deliver_(std::move(deliver)) {
    // nop
  }

  void append(std::string channel, log_entry what,
              std::function<void(publish_receipt)> done) override {
    auto packet = what.packet;
    auto kept = log_->append(channel, std::move(what), memory_log::clock::now());
    done({errc::none, kept.at});
    packet_position at{kept.at.epoch, kept.at.offset, kept.at.offset - 1};
    auto bytes = std::make_shared<const std::string>(with_position(*packet, at));
    if (!loses)
      deliver_(channel, std::move(bytes));
  }

  void read(std::string channel, history_query what, page_handler done) override {
    ++questions;
    auto answer = [this, channel = std::move(channel), what = std::move(what)] {
      history_page failed;
      failed.error = fault;
      return fault != errc::none ? failed : log_->read(channel, what, memory_log::clock::now());
    };
    if (delays)
      held_.push_back([done = std::move(done), page = answer()] { done(page); });
    else if (holds)
      held_.push_back([done = std::move(done), answer] { done(answer()); });
    else
      done(answer());
  }

  void remove(std::string channel, std::function<void(errc)> done) override {
    log_->remove(channel, memory_log::clock::now());
    done(errc::none);
  }

  history_stats stats() const override {
    return log_->stats();
  }

  /// Answers what waits.
  void answer() {
    for (auto& each : std::exchange(held_, {}))
      each();
  }

  /// Everything is gone.
  void forget() {
    log_ = std::make_unique<memory_log>(most);
  }

  bool loses = false;      // what subscribers should get
  bool holds = false;      // questions, until the test lets them go
  bool delays = false;     // their answers
  errc fault = errc::none; // in place of an answer
  int questions = 0;

private:
  static constexpr std::size_t most = std::size_t{64} << 20;

  delivery deliver_;
  std::unique_ptr<memory_log> log_ = std::make_unique<memory_log>(most);
  std::vector<std::function<void()>> held_;
};

} // namespace atrium::test
