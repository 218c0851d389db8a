#pragma once

#include <caf/abstract_actor.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/typed_actor.hpp>

#include <type_traits>
#include <utility>

namespace atrium {

// CAF moves a message into its mailbox element. These functions make it there:
// a request has six strings, and each move of them costs 250 instructions.

/// Becomes what a function returns, in the place of that. (A compiler that does
/// not know that this is allowed moves it once.)
template <class Function>
class made_in_place {
public:
  explicit made_in_place(Function& make) : make_(make) {
    // nop
  }

  operator std::invoke_result_t<Function&>() const { // NOLINT
    return make_();
  }

private:
  Function& make_;
};

/// Returns the message that `make` returns, on its way from `sender`.
template <class Function>
caf::mailbox_element_ptr element_of(caf::strong_actor_ptr sender,
                                    Function& make) {
  using element = caf::mailbox_element_vals<std::invoke_result_t<Function&>>;
  return caf::mailbox_element_ptr{new element(std::move(sender),
                                              caf::make_message_id(), {},
                                              made_in_place<Function>{make})};
}

/// Whether actors of this type take what such a function returns.
template <class Actor, class Function>
constexpr bool takes_made = caf::response_type_unbox<
  caf::signatures_of_t<Actor>,
  caf::detail::type_list<std::invoke_result_t<Function&>>>::valid;

/// Sends the message that `make` returns, as `from->send` does.
template <class Self, class Actor, class Function>
void send_in_place(Self* from, const Actor& to, Function make) {
  static_assert(takes_made<Actor, Function>);
  if (to)
    caf::actor_cast<caf::abstract_actor*>(to)->enqueue(
      element_of(from->ctrl(), make), from->context());
}

/// Sends it as `caf::anon_send` does.
template <class Actor, class Function>
void anon_send_in_place(const Actor& to, Function make) {
  static_assert(takes_made<Actor, Function>);
  if (to)
    caf::actor_cast<caf::abstract_actor*>(to)->enqueue(
      element_of(nullptr, make), nullptr);
}

} // namespace atrium
