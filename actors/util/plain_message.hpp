#pragma once

#include <caf/detail/behavior_stack.hpp>
#include <caf/detail/default_invoke_result_visitor.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/system_messages.hpp>
#include <caf/type_nr.hpp>

namespace atrium {

// Nearly all messages are one struct of ours to which nobody awaits an answer.
// CAF looks for what may be special about a message and about its receiver,
// and makes a promise of an answer to find that there is none. Without that a
// message takes 200 instructions less.

/// Whether a message is one struct of ours, sent without asking for an answer:
/// nothing that CAF handles itself, such as exits and timeouts.
inline bool is_plain(const caf::mailbox_element& x) {
  struct ours {};
  // The types that CAF knows have numbers, all others have the same.
  constexpr auto token = caf::make_type_token<ours>();
  static_assert(token != caf::make_type_token<caf::timeout_msg>()
                && token != caf::make_type_token<caf::exit_msg>()
                && token != caf::make_type_token<caf::down_msg>()
                && token != caf::make_type_token<caf::error>()
                && token != caf::make_type_token<caf::open_stream_msg>());
  return x.mid.is_async() && x.content().type_token() == token;
}

/// Sends what a handler of a plain message returns, which mostly is nothing.
class plain_result final
  : public caf::detail::default_invoke_result_visitor<caf::scheduled_actor> {
public:
  using super
    = caf::detail::default_invoke_result_visitor<caf::scheduled_actor>;
  using super::super;
  using super::operator();

  void operator()(caf::message& x) override {
    if (!x.empty())
      super::operator()(x);
  }
};

} // namespace atrium
