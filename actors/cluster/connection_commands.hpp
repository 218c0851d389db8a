#pragma once

#include "atrium/actors/cluster/control_packet.hpp"
#include "atrium/actors/connection_control.hpp"
#include "atrium/actors/environment.hpp"

#include <memory>
#include <string>

namespace atrium {

/// Gives commands about connections: to the lanes of this node for those that
/// are here, to the node that the connection's id names for the others, or to
/// all nodes. Does nothing any more when the environment is gone.
class connection_commands final : public connection_control {
public:
  explicit connection_commands(std::weak_ptr<const environment> env)
    : env_(std::move(env)) {
    // nop
  }

  void disconnect(const std::string& id, close_code why) const override;

  void probe(const std::string& id, actor_number requester) const override;

  void command(user_command what, bus::receipt_handler done) const override;

  void close_room(std::string room, bus::receipt_handler done) const override;

private:
  void tell_all(control_packet::content what, bus::receipt_handler done) const;

  std::weak_ptr<const environment> env_;
};

// Carry out what another node commands. Return false if that is not about a
// connection of this run.

bool obey(const environment& env, const disconnect_command& x);
bool obey(const environment& env, const probe_request& x);
bool obey(const environment& env, const probe_response& x);

} // namespace atrium
