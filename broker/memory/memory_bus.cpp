#include "atrium/broker/memory/memory_bus.hpp"

#include "atrium/broker/memory/memory_log.hpp"
#include "atrium/broker/packet_header.hpp"

#include <algorithm>
#include <mutex>
#include <unordered_map>

namespace atrium {

// One lock over everything: subscribers are called under it, which is what
// makes their calls come one at a time and in the order of the channel. They
// only put a message into a mailbox.
class memory_bus::state final : public history_log {
public:
  explicit state(std::size_t history_bytes) : log_(history_bytes) {
    // nop
  }

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

  bool publish(const std::string& channel, const shared_bytes& payload) {
    std::lock_guard guard{mutex_};
    if (!admit())
      return false;
    deliver(channel, payload);
    return true;
  }

  void resize(std::size_t history_bytes) {
    std::lock_guard guard{mutex_};
    log_.resize(history_bytes);
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

  bus_stats counters() const {
    std::lock_guard guard{mutex_};
    auto result = stats_;
    result.connected = !stopped_;
    result.publishes = result.subscribes = result.takes_writes = !stopped_;
    result.carried = result.published;
    result.subscriptions = channels_.size();
    return result;
  }

  // -- history_log ------------------------------------------------------------

  // Without the lock: what is called may publish or ask again.
  void append(std::string channel, log_entry what,
              bus::receipt_handler done) override {
    auto receipt = keep(channel, std::move(what));
    if (done)
      done(receipt);
  }

  void read(std::string channel, history_query what,
            page_handler done) override {
    done(answer(channel, what));
  }

  void remove(std::string channel, std::function<void(errc)> done) override {
    done(forget(channel) ? errc::none : errc::bus_unavailable);
  }

  history_stats stats() const override {
    std::lock_guard guard{mutex_};
    auto result = log_.stats();
    result.failed = unanswered_;
    return result;
  }

private:
  // Returns whether the bus takes a publish. With the lock, as all below.
  bool admit() {
    ++(stopped_ ? stats_.rejected : stats_.published);
    return !stopped_;
  }

  void deliver(const std::string& channel, const shared_bytes& payload) {
    auto i = channels_.find(channel);
    if (i == channels_.end())
      return;
    for (auto& who : i->second) {
      ++stats_.received;
      who->on_messages({payload});
    }
  }

  // Under one lock, so that subscribers see the order of the log.
  publish_receipt keep(const std::string& channel, log_entry what) {
    std::lock_guard guard{mutex_};
    if (!admit())
      return {errc::bus_unavailable};
    auto packet = what.packet;
    auto kept = log_.append(channel, std::move(what), memory_log::clock::now());
    auto& [epoch, offset] = kept.at;
    if (!kept.is_known && channels_.contains(channel))
      deliver(channel, std::make_shared<const std::string>(
                         with_position(*packet, {epoch, offset, offset - 1})));
    return {errc::none, std::move(kept.at)};
  }

  bool forget(const std::string& channel) {
    std::lock_guard guard{mutex_};
    if (stopped_)
      return false;
    log_.remove(channel, memory_log::clock::now());
    return true;
  }

  history_page answer(const std::string& channel, const history_query& what) {
    std::lock_guard guard{mutex_};
    if (!stopped_)
      return log_.read(channel, what, memory_log::clock::now());
    ++unanswered_;
    history_page result;
    result.error = errc::bus_unavailable;
    return result;
  }

  using channel_map
    = std::unordered_map<std::string, std::vector<std::shared_ptr<subscriber>>>;

  mutable std::mutex mutex_;
  bool stopped_ = false;
  bus_stats stats_;
  channel_map channels_;
  memory_log log_;
  std::uint64_t unanswered_ = 0; // questions after the stop
};

memory_bus::memory_bus(std::size_t history_bytes)
  : state_(std::make_shared<state>(history_bytes)) {
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
  auto delivered = state_->publish(channel, payload);
  // Without the lock: the handler may publish again.
  done({delivered ? errc::none : errc::bus_unavailable});
}

void memory_bus::resize(std::size_t history_bytes) {
  state_->resize(history_bytes);
}

history_log* memory_bus::history() {
  return state_.get();
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
  return state_->counters();
}

} // namespace atrium
