#pragma once

#include "atrium/actors/json_inspector.hpp"
#include "atrium/actors/util/plain_message.hpp"
#include "atrium/actors/util/shared_behavior.hpp"

#include <caf/invoke_message_result.hpp>
#include <caf/mailbox_element.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace atrium {

/// Adds to an actor what an operator wants to know of any actor: its age, how
/// much waits for it, how much it has done. `Base` is the base of a typed
/// actor. Costs one increment per message and two words.
template <class Base>
class observed : public Base {
public:
  using Base::Base;
  using Base::consume;

  /// Counts what the actor's behaviour gets to see, and lets `handling` find
  /// the actor.
  caf::invoke_message_result consume(caf::mailbox_element& x) override {
    ++handled_;
    handling_scope scope{*this};
    if (is_plain(x) && is_at_rest())
      switch (handle(x)) {
      case caf::match_case::match:
        return caf::invoke_message_result::consumed;
      case caf::match_case::skip:
        return caf::invoke_message_result::skipped;
      case caf::match_case::no_match:
        break; // for the default handler
      }
    return Base::consume(x);
  }

protected:
  /// What the actor answers to `observe`: a JSON object with what all actors
  /// have, and the fields of its state's `inspect`.
  template <class State>
  std::string observation(State& state) {
    using seconds = std::chrono::duration<double>;
    seconds age = std::chrono::steady_clock::now() - born_;
    json_inspector common;
    common(named("id"), this->id(), named("kind"), this->name(), named("age_s"),
           age, named("mailbox"), waiting_messages(), named("handled"),
           handled_);
    auto own = json_inspector::to_json(state);
    auto result = common.take();
    if (own.size() > 2) {
      result.back() = ',';
      result.append(own, 1);
    }
    return result;
  }

private:
  // Whether nothing is to be done but to call the behaviour.
  bool is_at_rest() const {
    return !this->bhvr_stack_.empty() && this->awaited_responses_.empty()
           && !this->getf(caf::abstract_actor::has_timeout_flag);
  }

  // The part of CAF's `consume` that is for such a message and such an actor.
  caf::match_case::result handle(caf::mailbox_element& x) {
    this->current_element_ = &x;
    plain_result result{this};
    return this->bhvr_stack_.back()(result, x.content());
  }

  std::size_t waiting_messages() {
    if constexpr (requires { this->waiting(); })
      return this->waiting(); // a pinned actor has some beside its mailbox
    else
      return this->mailbox().size();
  }

  std::chrono::steady_clock::time_point born_
    = std::chrono::steady_clock::now();
  std::uint64_t handled_ = 0;
};

} // namespace atrium
