#include "atrium/net/monitoring/channel_watch.hpp"

#include "atrium/broker/log/log.hpp"

#include <mutex>
#include <utility>

namespace atrium {

// Shared with the bus, which may still call it when the watch is gone. The bus
// asks again for what it is refused.
class channel_watch::channel_subscriber final : public subscriber {
public:
  explicit channel_subscriber(std::string what) : what_(std::move(what)) {
    // nop
  }

  void on_subscribed() override {
    auto before = set({});
    if (!before.empty())
      log::info("bus_channels_allowed", {{"channels", what_}},
                "the bus lets the node listen again");
  }

  void on_messages(std::vector<shared_bytes>) override {
    // nop
  }

  void on_gap(unix_time, unix_time) override {
    // A gap is told when the bus listens again after a loss: a yes as well.
    on_subscribed();
  }

  void on_refused(const std::string& reason) override {
    if (set(reason) != reason)
      log::error("bus_channels_refused",
                 {{"channels", what_}, {"error", reason}},
                 "the bus does not let the node listen");
  }

  std::string refusal() const {
    std::lock_guard guard{mutex_};
    return refusal_.empty() ? "" : what_ + ": " + refusal_;
  }

  bool is_answered() const {
    std::lock_guard guard{mutex_};
    return is_answered_;
  }

  void ask_anew() {
    std::lock_guard guard{mutex_};
    is_answered_ = false;
  }

private:
  std::string set(std::string refusal) {
    std::lock_guard guard{mutex_};
    // Only a yes ends the probe. After a refusal the subscription stays, so the
    // bus asks again, and an operator who mends the rules need not restart the
    // node.
    is_answered_ = refusal.empty();
    return std::exchange(refusal_, std::move(refusal));
  }

  const std::string what_;
  mutable std::mutex mutex_;
  std::string refusal_;
  bool is_answered_ = false; // with yes
};

channel_watch::channel_watch(std::shared_ptr<class bus> bus,
                             std::vector<sample> samples)
  : bus_(std::move(bus)) {
  for (auto& x : samples) {
    auto answer = std::make_shared<channel_subscriber>(x.what);
    auto held = bus_->subscribe(x.channel, answer);
    probes_.push_back({std::move(x), std::move(answer), std::move(held)});
  }
}

void channel_watch::tick() {
  auto losses = bus_->stats().reconnects;
  auto is_new = std::exchange(losses_, losses) != losses;
  for (auto& x : probes_) {
    if (is_new && x.answer->is_answered()) {
      x.answer->ask_anew();
      x.held = bus_->subscribe(x.of.channel, x.answer);
    } else if (x.answer->is_answered()) {
      // Held no longer than needed: a channel costs Redis and the bus
      // something.
      x.held = {};
    }
  }
}

std::string channel_watch::refusal() const {
  std::string result;
  for (auto& x : probes_)
    if (auto one = x.answer->refusal(); !one.empty())
      result += (result.empty() ? "" : "; ") + one;
  return result;
}

} // namespace atrium
