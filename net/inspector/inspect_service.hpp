#pragma once

#include <caf/atom.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
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

} // namespace atrium
