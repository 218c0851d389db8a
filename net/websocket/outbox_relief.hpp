#pragma once

#include "atrium/net/protocol/client_codec.hpp"
#include "atrium/net/websocket/outbox_writer.hpp"

namespace atrium {

struct client_counters;

/// Keeps the outbox of one client within its bound: when the client is too slow
/// for its rooms, what their policies allow is dropped, and the client hears of
/// it. One thread.
class outbox_relief {
public:
  /// All of these outlive it.
  outbox_relief(outbox_writer& out, const client_codec& codec,
                lane_counters& lane, client_counters& node)
    : out_(out), codec_(codec), lane_(lane), node_(node) {
    // nop
  }

  /// Appends `x`. False if the client is too slow all the same. Inline, since
  /// it is called for each receiver of a message.
  bool append(const frame& x) {
    // Before it is appended: only older messages may go for it.
    if (x.policy() == outbox_policy::latest_only && out_.is_stalled())
      drop_older(x);
    out_.append(x);
    return !out_.is_full() || relieve();
  }

private:
  void drop_older(const frame& x);
  bool relieve();

  outbox_writer& out_;
  const client_codec& codec_;
  lane_counters& lane_;
  client_counters& node_;
};

} // namespace atrium
