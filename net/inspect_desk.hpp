#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/net/inspector/inspect_service.hpp"

#include <caf/actor_system.hpp>

#include <cstddef>
#include <memory>

namespace atrium {

/// How many questions from outside may be under way; over it they are answered
/// by 503 and counted.
inline constexpr std::size_t inspect_desk_places = 64;

/// Spawns the actor that is published in place of the inspector: passes on what
/// it is asked. CAF's protocol has no flow control, so here is the bound, and a
/// peer that tells it to exit, which the protocol allows, does not hit the
/// inspector. Told to exit by whoever has spawned it.
inspect_service spawn_inspect_desk(caf::actor_system& system,
                                   const inspect_service& inspector,
                                   std::shared_ptr<counters> count);

} // namespace atrium
