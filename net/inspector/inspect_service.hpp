#pragma once

#include <caf/atom.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <string>

namespace atrium {

/// What a node and a tool agree on first; a tool of another version says so
/// instead of misunderstanding.
inline constexpr std::uint32_t inspect_version = 1;

using version_atom = caf::atom_constant<caf::atom("version")>;
using view_atom = caf::atom_constant<caf::atom("view")>;
using act_atom = caf::atom_constant<caf::atom("act")>;

/// The inspector as others see it, also from another process. Speaks text only,
/// so that a tool needs none of the node's types: a target
/// (net/inspector/inspect_target.hpp) brings an HTTP status and JSON.
using inspect_service = caf::typed_actor<
  // From a tool: its version; answered with ours and the node's id.
  caf::replies_to<version_atom, std::uint32_t>::with<std::uint32_t,
                                                     std::string>,
  // From anybody: what a target looks like.
  caf::replies_to<view_atom, std::string>::with<std::uint16_t, std::string>,
  // From an administrator: do something; target and body.
  caf::replies_to<act_atom, std::string, std::string>::with<std::uint16_t,
                                                            std::string>>;

} // namespace atrium
