#pragma once

#include "atrium/actors/connection_interface.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/actors/replies.hpp"
#include "atrium/broker/envelope.hpp"

namespace atrium {

/// A client's message on its way to the bus.
struct outgoing {
  envelope content;
  bool skip_sender = false;
  connection_actor from;
  accepted success; ///< What the client is told if all goes well.
  bool watched = false;
};

/// Hands `x` to the bus. Its connection gets the `outcome`, once; the log has a
/// failure with the message's ids.
void publish(const environment& env, const std::string& channel, outgoing x);

} // namespace atrium
