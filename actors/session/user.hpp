#pragma once

#include "atrium/actors/bus_messages.hpp"
#include "atrium/actors/connection_interface.hpp"
#include "atrium/actors/delivery/bus_proof.hpp"
#include "atrium/actors/delivery/channel_feed.hpp"
#include "atrium/actors/directory_messages.hpp"
#include "atrium/actors/inspection.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/placement.hpp"
#include "atrium/actors/user_messages.hpp"
#include "atrium/actors/util/observed.hpp"
#include "atrium/actors/util/pinned.hpp"
#include "atrium/broker/connection_limiter.hpp"

#include <caf/stateful_actor.hpp>

#include <vector>

namespace atrium {

/// The state of a user actor: the user's connections on this node, and the
/// subscription to the user's channel, which it holds itself: users are many,
/// and an actor more for each would cost a kilobyte. Sign-on is complete, and
/// the client may talk, when the bus carries the channel: from then on nothing
/// that is sent to the user passes this node by; and when, after that, the
/// limiter has a lease for the connection, if there is a limiter.
class user_state {
public:
  static inline constexpr auto name = "user";

  explicit user_state(user_actor::pointer self) : self_(self) {
    // nop
  }

  user_state(const user_state&) = delete;
  user_state& operator=(const user_state&) = delete;

  /// Gives back the leases of connections that outlive the actor.
  ~user_state();

  void start(environment_ptr env, const std::string& user,
             directory_actor directory, placement at);

  void add(const sign_on& x);

  /// The limiter has decided about a connection.
  void decide_lease(const lease_decided& x);

  /// A connection without a lease knows now who needs none.
  void retry_lease(const insist& x);

  /// Passes on what a back end does to those whom it concerns.
  void command(const command_user& x);

  /// Takes a connection out that is gone; the last one lets the user passivate.
  void lost(actor_number connection);

  void open();

  void deliver(const packets& x);

  void tell_gap(const interrupted& x);

  /// The bus refuses the user's channel: whoever waits for it, or comes before
  /// that changes, is told at once.
  void refuse(const channel_refused& x);

  /// The bus has shown that it carries the channel.
  void carry(const channel_carried& x);

  friend caf::error inspect(json_inspector& f, user_state& x);

private:
  struct local_connection {
    connection_actor actor;
    bool asked = false; // for a lease
    bool has_lease = false;
    bool carried = false;     // the bus has been heard since it came
    std::uint64_t number = 0; // of the proof for which it waits
  };

  void sign_on_to(local_connection& x);
  void request_lease(newcomer who);

  user_actor::pointer self_;
  environment_ptr env_;
  std::string name_;
  placement placement_;
  directory_actor directory_;
  channel_feed feed_;
  bool open_ = false;
  bool refused_ = false; // the channel, by the bus
  bus_proof proof_;
  std::size_t received_ = 0;
  std::uint64_t turned_away_ = 0;
  std::vector<local_connection> connections_; // a handful
};

/// Spawnable class: `spawn<user>(env, name, directory)`. Ends by `stop` from
/// `directory`.
class user
  : public caf::stateful_actor<user_state, observed<pinned<user_actor::base>>> {
public:
  user(caf::actor_config& config, environment_ptr env, const std::string& name,
       directory_actor directory, placement at = {});

  behavior_type make_behavior() override;
};

} // namespace atrium
