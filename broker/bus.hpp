#pragma once

#include "atrium/broker/publish_receipt.hpp"
#include "atrium/broker/util/shared_bytes.hpp"
#include "atrium/broker/util/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace atrium {

class history_log;

/// Receives what one channel carries. All calls come from one thread at a time,
/// in order, and must neither block nor call back into the bus; the bus drops
/// its reference when the subscription ends.
class subscriber {
public:
  virtual ~subscriber() = default;

  /// The bus has acknowledged: what is published from now on arrives here.
  /// Called once; a lost and repaired link is told by `on_gap`.
  virtual void on_subscribed() = 0;

  /// Messages in the order of the channel; all that came in one read.
  virtual void on_messages(std::vector<shared_bytes> batch) = 0;

  /// The link was down: messages whose time is in `[from, to]` may be missing,
  /// and none other. Called after the subscription works again.
  virtual void on_gap(unix_time from, unix_time to) = 0;

  /// The bus refuses the channel, e.g. for lack of permission. It goes on
  /// asking as long as somebody is subscribed; when that helps, the call is
  /// `on_subscribed`, or `on_gap` for who was subscribed before.
  virtual void on_refused(const std::string& reason) = 0;
};

/// Counters of a bus since its start, for operators and tests.
struct bus_stats {
  bool connected = false;        ///< All links are up and set up.
  bool publishes = false;        ///< Of these, the one that publishes.
  bool subscribes = false;       ///< And the one that is subscribed.
  bool takes_writes = true;      ///< The server has not refused the last one.
  std::string trouble;           ///< What is wrong with them; empty: nothing.
  std::uint64_t published = 0;   ///< Publishes the bus has accepted.
  std::uint64_t carried = 0;     ///< Of those, handed over to the network.
  std::uint64_t rejected = 0;    ///< Publishes refused: queue full.
  std::uint64_t failed = 0;      ///< Publishes lost, expired or refused later.
  std::uint64_t received = 0;    ///< Messages that arrived on subscriptions.
  std::uint64_t reconnects = 0;  ///< Links that were lost.
  std::size_t pending = 0;       ///< Publishes without an answer.
  std::size_t pending_bytes = 0; ///< Payload bytes of those.
  std::size_t subscriptions = 0; ///< Channels with at least one subscriber.
};

/// Carries messages between nodes, by channel name.
///
/// Delivery is at most once. What one thread publishes to one channel arrives
/// in that order everywhere; there is no order between publishers. A publisher
/// that subscribes to the channel receives its own messages. Every member
/// function may be called from any thread and returns without blocking.
class bus {
public:
  /// Called exactly once per publish, from any thread, possibly before
  /// `publish` returns.
  using receipt_handler = std::function<void(publish_receipt)>;

  /// Ends a subscription when it is destroyed. After that at most the calls
  /// already under way still reach the subscriber.
  class subscription {
  public:
    subscription() = default;
    explicit subscription(std::function<void()> end) : end_(std::move(end)) {
      // nop
    }
    subscription(subscription&& other) noexcept
      : end_(std::exchange(other.end_, nullptr)) {
      // nop
    }
    subscription& operator=(subscription&& other) noexcept {
      std::swap(end_, other.end_);
      return *this;
    }
    ~subscription() {
      if (end_)
        end_();
    }

  private:
    std::function<void()> end_;
  };

  virtual ~bus() = default;

  /// Subscribes to `channel`. Several subscribers of one channel are served
  /// independently; the channel is held as long as one of them is left.
  [[nodiscard]] virtual subscription subscribe(std::string channel,
                                               std::shared_ptr<subscriber> who)
    = 0;

  /// Publishes `payload`. While the link is down, publishes wait in a bounded
  /// queue; over the bound the receipt says `bus_unavailable` at once.
  virtual void publish(std::string channel, shared_bytes payload,
                       receipt_handler done)
    = 0;

  /// Returns the log of the channels whose messages are kept, which lives as
  /// long as the bus; null: this bus keeps none.
  virtual history_log* history() {
    return nullptr;
  }

  /// Calls `answer` soon, from the thread that calls subscribers: shows that
  /// it works. A bus that has stopped does not answer.
  virtual void ping(std::function<void()> answer) = 0;

  /// Calls `carried` from the thread that calls subscribers as soon as the bus
  /// has shown that it carries `channel`, by an answer that was given after
  /// this call: what is known from before may be out of date. Somebody has to
  /// be subscribed; it is never called when that ends, or when the bus stops. A
  /// bus within the process always carries.
  virtual void confirm(std::string channel, std::function<void()> carried) {
    std::ignore = channel;
    carried();
  }

  /// Stops all links and threads of the bus; publishes still under way get
  /// `bus_unavailable`. Nothing reaches a subscriber after it has returned.
  /// Called once, not from a callback of the bus.
  virtual void stop() = 0;

  /// Returns the counters; a snapshot, not a transaction.
  virtual bus_stats stats() const = 0;
};

} // namespace atrium
