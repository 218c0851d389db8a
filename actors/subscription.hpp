#pragma once

#include "atrium/actors/environment.hpp"

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
             subscriber_actor owner);

  /// Passes on what is sound, counts and drops the rest.
  void decode(const packets& in);

  /// Passes `what` on as it is.
  template <class Message>
  void pass_on(const Message& what) {
    self_->send(owner_, what);
  }

private:
  void add(const shared_bytes& bytes, std::vector<incoming>& out);

  subscription_actor::pointer self_;
  environment_ptr env_;
  subscriber_actor owner_;
  bus::subscription held_;
};

/// Spawnable: holds `channel` for `owner`, which links to it and ends it.
subscription_actor::behavior_type
subscription(subscription_actor::stateful_pointer<subscription_state> self,
             environment_ptr env, std::string channel, subscriber_actor owner);

} // namespace atrium
