#pragma once

#include "atrium/net/protocol/client_codec.hpp"
#include "atrium/net/websocket/outbox_writer.hpp"

namespace atrium {

struct client_counters;

/// Keeps the outbox of one client within its bound: when the client is too slow
/// for its rooms, what their policies allow is dropped, and the client hears of
/// it. Made when there is need of it. One thread.
class outbox_relief {
public:
  /// All of these outlive it.
  outbox_relief(outbox_writer& out, const client_codec& codec,
                lane_counters& lane, client_counters& node)
    : out_(out), codec_(codec), lane_(lane), node_(node) {
    // nop
  }

  /// Drops those for which `x` comes, which is to be appended then.
  void drop_older(const frame& x);

  /// The outbox is full. False if the client is too slow all the same.
  bool relieve();

private:
  outbox_writer& out_;
  const client_codec& codec_;
  lane_counters& lane_;
  client_counters& node_;
};

} // namespace atrium
