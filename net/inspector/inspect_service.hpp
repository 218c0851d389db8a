#pragma once

#include <caf/atom.hpp>
#include <caf/fwd.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace atrium {

using view_atom = caf::atom_constant<caf::atom("view")>;
using act_atom = caf::atom_constant<caf::atom("act")>;

/// The inspector as others see it. Speaks text only: a target
/// (net/inspector/inspect_target.hpp) brings an HTTP status and JSON.
using inspect_service = caf::typed_actor<
  // From anybody: what a target looks like.
  caf::replies_to<view_atom, std::string>::with<std::uint16_t, std::string>,
  // From an administrator: do something; target and body.
  caf::replies_to<act_atom, std::string, std::string>::with<std::uint16_t,
                                                            std::string>>;

/// Asks from any thread, without waiting; `then` gets status and JSON, once, on
/// a thread of CAF. With a `body` it is an act.
void ask_inspector(caf::actor_system& system, const inspect_service& whom,
                   std::string target, std::optional<std::string> body,
                   std::function<void(unsigned, std::string)> then);

} // namespace atrium
