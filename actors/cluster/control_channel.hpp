#pragma once

#include "atrium/actors/cluster/control_packet.hpp"
#include "atrium/actors/cluster_interface.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/actors/util/permit.hpp"
#include "atrium/broker/bus.hpp"

#include <string_view>
#include <vector>

namespace atrium {

/// What the channel hands to the actor: packets of other nodes as they came.
struct control_packets {
  std::vector<shared_bytes> batch;
  permit held; ///< Their bytes in the mailbox.
};

/// Listens to what other nodes say, to all of them or to this one, for the
/// actor that acts on it: there is one such pair of channels for everything
/// that nodes tell each other. Packets wait in the actor's mailbox, up to 16
/// MiB; over it they are dropped and counted.
class control_channel {
public:
  /// `by` is the bus of the actor's thread, if it has one of its own.
  control_channel(const environment& env, bus& by, const cluster_actor& to);

private:
  bus::subscription all_;
  bus::subscription own_;
};

/// Says `what` to all nodes, this one included. `done` hears once whether the
/// bus has taken it; from any thread, possibly before this returns.
void send_to_all(const environment& env, control_packet::content what,
                 bus::receipt_handler done);

/// Says `what` to the node with this run. Nobody hears if it is lost: who waits
/// for an answer does not do so for ever, and what the limiter wants it says
/// again when it renews a place.
void send_to_node(const environment& env, std::string_view run,
                  control_packet::content what);

/// The same by another bus than the node's, that of the thread which sends it.
void send_to_node(bus& by, const environment& env, std::string_view run,
                  control_packet::content what);

/// The same for who wants to know whether the bus has taken it.
void send_to_node(const environment& env, std::string_view run,
                  control_packet::content what, bus::receipt_handler done);

} // namespace atrium
