#pragma once

#include "atrium/broker/redis/inbox_context.hpp"
#include "atrium/broker/redis/script_queue.hpp"

#include <functional>
#include <memory>

namespace atrium {

/// Gives up what has expired, of a hundred users who are due at most, one after
/// the other. A user is claimed for a minute first: of several nodes one does
/// the work, though it does no harm if more do. Calls `done` with whether
/// further users are due.
std::unique_ptr<script_call> make_inbox_sweep(inbox_context& in,
                                              std::function<void(bool)> done);

} // namespace atrium
