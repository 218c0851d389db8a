#pragma once

#include "atrium/broker/bus.hpp"
#include "atrium/net/monitoring/channel_watch.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace atrium {

/// Proves that the bus carries messages: publishes to a channel of its own and
/// hears itself. A bus whose links are up may still lose everything, so nothing
/// less than a message that has come back counts. When none comes
/// back it goes to another channel: of many servers another one may have that.
class bus_probe {
public:
  using clock = std::chrono::steady_clock;

  /// Listens on `channel` from now on, or on one called so and a number. `run`
  /// is a word that no other node uses: messages of others prove nothing. Of
  /// the `others` it is watched whether the bus lets the node listen to such
  /// channels.
  bus_probe(std::shared_ptr<class bus> bus, std::string channel,
            std::string run, std::vector<channel_watch::sample> others = {});

  /// Publishes once more, unless the bus still has the last message, and looks
  /// after the other channels. One thread.
  void call(clock::time_point now);

  /// Returns when the latest message that has come back was published; the
  /// epoch if none has. Any thread.
  clock::time_point proven() const;

  /// Returns how long it was on its way; nothing if none has come back. Any
  /// thread.
  std::optional<clock::duration> round_trip() const;

  /// Returns what else is wrong with the bus, as far as it is known: links that
  /// are down, writes or channels that are refused. Any thread.
  struct complaint {
    std::string of_links;    ///< Why nothing may come back.
    std::string of_refusals; ///< What the bus does not do, though it works.
  };
  complaint complaints() const;

private:
  class channel_subscriber;

  std::shared_ptr<class bus> bus_;
  void go_elsewhere();

  const std::string first_channel_;
  std::string channel_;
  unsigned number_ = 0; // of the channel
  unsigned silent_ = 0; // calls since something has come back
  clock::time_point last_proven_{};
  std::shared_ptr<channel_subscriber> subscriber_;
  bus::subscription subscription_;
  channel_watch others_;
};

} // namespace atrium
