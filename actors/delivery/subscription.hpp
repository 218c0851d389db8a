#pragma once

#include "atrium/actors/bus_messages.hpp"
#include "atrium/actors/delivery/channel_feed.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/placement.hpp"
#include "atrium/actors/util/observed.hpp"
#include "atrium/actors/util/pinned.hpp"

#include <caf/stateful_actor.hpp>

namespace atrium {

/// The state of a subscription actor: holds `channel` on the bus from its first
/// to its last moment, checks and decodes what comes in, off the bus's thread,
/// and hands it to its owner.
class subscription_state {
public:
  static inline constexpr auto name = "subscription";

  explicit subscription_state(subscription_actor::pointer self) : self_(self) {
    // nop
  }

  /// Subscribes; the bus answers with `subscribed`.
  void start(environment_ptr env, const std::string& channel,
             subscriber_actor owner, channel_feed::bound queue, placement at);

  /// Passes on what is sound, counts and drops the rest.
  void decode(const packets& in);

  /// Passes `what` on as it is.
  template <class Message>
  void pass_on(const Message& what) {
    self_->send(owner_, what);
  }

  void pass_on_gap(const interrupted& what);

  friend caf::error inspect(json_inspector& f, subscription_state& x);

private:
  subscription_actor::pointer self_;
  environment_ptr env_;
  subscriber_actor owner_;
  channel_feed feed_;
  std::string channel_;
  std::uint64_t interruptions_ = 0;
};

/// Spawnable class: `spawn<subscription>(env, channel, owner, queue)`: holds
/// `channel` for `owner`, which links to it and ends it; what is on its way to
/// the owner is in `queue`.
class subscription
  : public caf::stateful_actor<subscription_state,
                               observed<pinned<subscription_actor::base>>> {
public:
  subscription(caf::actor_config& config, environment_ptr env,
               const std::string& channel, subscriber_actor owner,
               channel_feed::bound queue, placement at = {});

  behavior_type make_behavior() override;
};

} // namespace atrium
