#include "atrium/broker/memory/memory_bus.hpp"

#include <algorithm>
#include <mutex>
#include <unordered_map>

namespace atrium {

// One lock over everything: subscribers are called under it, which is what
// makes their calls come one at a time and in the order of the channel. They
// only put a message into a mailbox.
class memory_bus::state {
public:
  bool add(const std::string& channel, const std::shared_ptr<subscriber>& who) {
    std::lock_guard guard{mutex_};
    if (stopped_)
      return false;
    channels_[channel].push_back(who);
    who->on_subscribed();
    return true;
  }

  void remove(const std::string& channel, const subscriber* who) {
    std::shared_ptr<subscriber> removed; // released outside of the lock
    std::lock_guard guard{mutex_};
    auto i = channels_.find(channel);
    if (i == channels_.end())
      return;
    auto& served = i->second;
    auto j = std::ranges::find(served, who, &std::shared_ptr<subscriber>::get);
    if (j != served.end()) {
      removed = std::move(*j);
      served.erase(j);
    }
    if (served.empty())
      channels_.erase(i);
  }

  bool deliver(const std::string& channel, const shared_bytes& payload) {
    std::lock_guard guard{mutex_};
    if (stopped_) {
      ++stats_.rejected;
      return false;
    }
    ++stats_.published;
    auto i = channels_.find(channel);
    if (i == channels_.end())
      return true;
    for (auto& who : i->second) {
      ++stats_.received;
      who->on_messages({payload});
    }
    return true;
  }

  void stop() {
    channel_map dropped; // released outside of the lock
    std::lock_guard guard{mutex_};
    stopped_ = true;
    dropped.swap(channels_);
  }

  bool works() const {
    std::lock_guard guard{mutex_};
    return !stopped_;
  }

  bus_stats stats() const {
    std::lock_guard guard{mutex_};
    auto result = stats_;
    result.connected = !stopped_;
    result.publishes = result.subscribes = result.takes_writes = !stopped_;
    result.carried = result.published;
    result.subscriptions = channels_.size();
    return result;
  }

private:
  using channel_map
    = std::unordered_map<std::string, std::vector<std::shared_ptr<subscriber>>>;

  mutable std::mutex mutex_;
  bool stopped_ = false;
  bus_stats stats_;
  channel_map channels_;
};

memory_bus::memory_bus() : state_(std::make_shared<state>()) {
  // nop
}

bus::subscription memory_bus::subscribe(std::string channel,
                                        std::shared_ptr<subscriber> who) {
  if (!state_->add(channel, who))
    return {};
  return subscription{[in = std::weak_ptr{state_}, channel = std::move(channel),
                       key = who.get()] {
    if (auto bus = in.lock())
      bus->remove(channel, key);
  }};
}

void memory_bus::publish(std::string channel, shared_bytes payload,
                         receipt_handler done) {
  auto delivered = state_->deliver(channel, payload);
  // Without the lock: the handler may publish again.
  done({delivered ? errc::none : errc::bus_unavailable});
}

// Whoever publishes calls the subscribers: there is no thread to check, but a
// lock that somebody may hold for ever.
void memory_bus::ping(std::function<void()> answer) {
  if (state_->works())
    answer();
}

void memory_bus::stop() {
  state_->stop();
}

bus_stats memory_bus::stats() const {
  return state_->stats();
}

} // namespace atrium
