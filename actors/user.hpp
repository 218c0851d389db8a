#pragma once

#include "atrium/actors/environment.hpp"

#include <caf/stateful_actor.hpp>

#include <vector>

namespace atrium {

/// The state of a user actor: the user's connections on this node, and the
/// subscription to the user's channel. Sign-on is complete, and the client may
/// talk, when the bus carries the channel: from then on nothing that is sent to
/// the user passes this node by.
class user_core {
public:
  static inline constexpr auto name = "user";

  explicit user_core(user_actor::pointer self) : self_(self) {
    // nop
  }

  void start(environment_ptr env, const std::string& user,
             directory_actor directory);

  void add(const sign_on& x);

  /// Takes a connection out that is gone; the last one lets the user retire.
  void lost(actor_number connection);

  void open();

  void deliver(const arrived& x);

  void tell_gap(const interrupted& x);

private:
  user_actor::pointer self_;
  environment_ptr env_;
  directory_actor directory_;
  subscription_actor subscription_;
  bool open_ = false;
  std::size_t received_ = 0;
  std::vector<connection_actor> connections_; // a handful
};

/// Spawnable: the user called `name`. Ends by `stop` from `directory`.
user_actor::behavior_type user(user_actor::stateful_pointer<user_core> self,
                               environment_ptr env, std::string name,
                               directory_actor directory);

} // namespace atrium
