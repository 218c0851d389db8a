#pragma once

#include "atrium/broker/bus.hpp"
#include "atrium/broker/log/bus_log.hpp"
#include "atrium/broker/redis/bus_listener.hpp"
#include "atrium/broker/redis/gap_clock.hpp"
#include "atrium/broker/redis/subscription_tracker.hpp"
#include "atrium/broker/util/string_map.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium {

/// Knows who listens to which channel and tells them, in the order that the
/// contract of `subscriber` demands. Messages of channels that are not
/// acknowledged are dropped: they belong to a subscription that has ended.
/// Pure state, for one thread.
class subscriber_table final : public subscription_events {
public:
  /// The clock is that of the link, and has to outlive the table.
  explicit subscriber_table(gap_clock& clock, bus_log log = {});

  /// Adds a listener; returns whether its channel has to be asked for. One that
  /// joins an acknowledged channel is told when the link has proved itself.
  bool add(bus_listener_ptr who);

  /// The channel of a new listener is one that the server still holds for us.
  void on_held(const bus_listener_ptr& who);

  /// Removes a listener; returns whether it was the last of its channel.
  bool remove(const bus_listener_ptr& who);

  /// Calls `carried` when `channel` is acknowledged, or is and the link has
  /// proved itself, after this call; never if nobody listens to it.
  void confirm(const std::string& channel, std::function<void()> carried);

  /// Returns whether somebody waits for the link to prove itself.
  bool wants_proof() const noexcept {
    return !doubted_.empty();
  }

  /// The link is asked for a proof: what waits for one now gets this one.
  void on_asked();

  /// The link has proved itself.
  void on_proven();

  void on_acknowledged(std::string_view name) override;
  void on_refused(std::string_view name, std::string_view reason) override;
  void on_given_away(std::string_view name, std::string_view where) override;
  void on_message(std::string_view name, std::string_view payload) override;

  /// A channel that the server has given to another one, and what it has said
  /// of that.
  struct given {
    std::string channel;
    std::string where;
  };

  /// Returns the channels that were given away since the last call.
  std::vector<given> take_given_away() {
    return std::exchange(given_away_, {});
  }

  /// Who listens to a channel, and what they wait for.
  struct audience {
    std::vector<bus_listener_ptr> listeners;
    std::optional<gap_clock::steady> lost_since;
    std::vector<std::function<void()>> doubts;
  };

  /// Lets go of a channel whose listeners go on elsewhere; what was published
  /// after `since` they have missed, if it was acknowledged. Nothing: nobody
  /// listens to it.
  std::optional<audience> take(std::string_view name, gap_clock::steady since);

  /// Takes over a channel that is new here; it has to be asked for.
  void put(const std::string& name, audience from);

  /// Returns the channels that were refused since the last call and that
  /// somebody still listens to: they are to be asked for again.
  std::vector<std::string> take_refused();

  /// Hands out the messages gathered since the last call, a batch per listener.
  void flush();

  /// Marks all channels as lost: what was published after `since` is missed.
  void on_lost(gap_clock::steady since);

  /// Lets go of all listeners.
  void clear();

  /// Returns how many messages have arrived for listeners.
  std::uint64_t received() const noexcept {
    return received_;
  }

private:
  struct channel_state {
    std::vector<bus_listener_ptr> listeners;
    std::vector<shared_bytes> batch;
    std::optional<gap_clock::steady> lost_since;
    bool live = false;    // acknowledged
    bool refused = false; // and not asked for again yet
    // Of what waits to hear that the channel is carried, so many are content
    // with the proof that was asked for last.
    std::vector<std::function<void()>> doubts;
    std::size_t asked = 0;
  };

  template <class F>
  void tell(const bus_listener& who, F&& f);

  void greet(bus_listener& who);
  void greet_when_proven(const bus_listener_ptr& who);
  void settle_doubts(channel_state& channel, std::size_t count);
  void deliver(channel_state& channel);

  gap_clock& clock_;
  bus_log log_;
  string_map<channel_state> channels_;
  std::vector<channel_state*> touched_; // those with a batch
  std::vector<std::string> refused_;    // to be asked for again
  std::vector<given> given_away_;
  std::vector<std::string> doubted_; // channels with doubts since `on_asked`
  std::vector<std::string> asked_;   // and with some from before
  std::uint64_t received_ = 0;
};

} // namespace atrium
