#include "atrium/net/monitoring/bus_probe.hpp"

#include "atrium/broker/log/log.hpp"

#include <atomic>
#include <charconv>
#include <utility>

namespace atrium {

namespace {

// So many calls, a second apart, wait for a message to come back.
constexpr unsigned most_silent = 3;

} // namespace

// Shared with the bus, which may still call it when the probe is gone.
class bus_probe::channel_subscriber final : public subscriber {
public:
  explicit channel_subscriber(std::string run) : prefix_(std::move(run) + ' ') {
    // nop
  }

  void on_subscribed() override {
    // nop
  }

  void on_messages(std::vector<shared_bytes> batch) override {
    for (auto& message : batch)
      hear(*message);
  }

  void on_gap(unix_time, unix_time) override {
    // nop
  }

  void on_refused(const std::string& reason) override {
    log::warn("bus_echo_refused", {{"error", reason}},
              "bus echo is refused its channel");
  }

  std::string words(clock::time_point now) const {
    return prefix_ + std::to_string(now.time_since_epoch().count());
  }

  std::atomic<bool> under_way = false;
  std::atomic<clock::rep> proven = 0;
  std::atomic<clock::rep> round_trip = 0;

private:
  void hear(std::string_view message) {
    // Another run of the same node id may publish here, too: its messages prove
    // nothing about this run.
    if (!message.starts_with(prefix_))
      return;
    message.remove_prefix(prefix_.size());
    clock::rep sent = 0;
    std::from_chars(message.data(), message.data() + message.size(), sent);
    // A late message must not replace the proof by a newer one.
    if (sent <= proven.load(std::memory_order_relaxed))
      return;
    auto took = clock::now().time_since_epoch() - clock::duration{sent};
    round_trip.store(took.count(), std::memory_order_relaxed);
    proven.store(sent, std::memory_order_relaxed);
  }

  const std::string prefix_;
};

bus_probe::bus_probe(std::shared_ptr<class bus> bus, std::string channel,
                     std::string run, std::vector<channel_watch::sample> others)
  : bus_(std::move(bus)),
    first_channel_(channel),
    channel_(std::move(channel)),
    subscriber_(std::make_shared<channel_subscriber>(std::move(run))),
    subscription_(bus_->subscribe(channel_, subscriber_)),
    others_(bus_, std::move(others)) {
  // nop
}

void bus_probe::call(clock::time_point now) {
  others_.tick();
  silent_ = std::exchange(last_proven_, proven()) == proven() ? silent_ + 1 : 0;
  if (silent_ >= most_silent)
    go_elsewhere();
  // A bus that hangs gets one message, not one a second. The time since the
  // last proof grows all the same.
  if (subscriber_->under_way.exchange(true, std::memory_order_relaxed))
    return;
  auto words = std::make_shared<const std::string>(subscriber_->words(now));
  bus_->publish(channel_, std::move(words),
                [to = subscriber_](const publish_receipt&) {
                  to->under_way.store(false, std::memory_order_relaxed);
                });
}

// Within the braces: what stands there decides on the server.
void bus_probe::go_elsewhere() {
  silent_ = 0;
  channel_ = first_channel_;
  channel_.insert(channel_.size() - 1, '.' + std::to_string(++number_));
  subscription_ = {};
  subscription_ = bus_->subscribe(channel_, subscriber_);
}

bus_probe::clock::time_point bus_probe::proven() const {
  return clock::time_point{
    clock::duration{subscriber_->proven.load(std::memory_order_relaxed)}};
}

std::optional<bus_probe::clock::duration> bus_probe::round_trip() const {
  if (proven() == clock::time_point{})
    return std::nullopt;
  return clock::duration{
    subscriber_->round_trip.load(std::memory_order_relaxed)};
}

bus_probe::complaint bus_probe::complaints() const {
  auto stats = bus_->stats();
  auto refusals = others_.refusal();
  // Messages may pass where writes do not, on a replica for example: leases and
  // the registry need writes.
  if (!stats.takes_writes)
    refusals = stats.trouble + (refusals.empty() ? "" : "; " + refusals);
  return {std::move(stats.trouble), std::move(refusals)};
}

} // namespace atrium
