#pragma once

#include "atrium/actors/bus_messages.hpp"
#include "atrium/broker/bus.hpp"

#include <caf/send.hpp>

#include <cstdint>
#include <string>

namespace atrium {

/// Asks the bus to show that it carries a channel, for an actor that listens to
/// it, whenever somebody comes who must not be told so from memory: the bus may
/// have died since it was heard last. One request at a time, for all who came
/// before it. The actor hears `channel_carried`; who listens no more, nothing.
class bus_proof {
public:
  /// Somebody comes; returns the number that `settle` says when it is shown.
  template <class Handle>
  std::uint64_t want(bus& by, const std::string& channel, Handle to) {
    ++wanted_;
    if (!asking_)
      ask(by, channel, std::move(to));
    return wanted_;
  }

  /// The bus has answered; asks again if more have come since. Whoever had a
  /// number up to that of `x` has waited long enough.
  template <class Handle>
  void settle(const channel_carried& x, bus& by, const std::string& channel,
              Handle to) {
    asking_ = false;
    if (wanted_ > x.number)
      ask(by, channel, std::move(to));
  }

private:
  template <class Handle>
  void ask(bus& by, const std::string& channel, Handle to) {
    asking_ = true;
    by.confirm(channel, [to = std::move(to), number = wanted_] {
      caf::anon_send(to, channel_carried{number});
    });
  }

  std::uint64_t wanted_ = 0;
  bool asking_ = false;
};

} // namespace atrium
