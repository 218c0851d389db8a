#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/replies.hpp"
#include "atrium/actors/requests.hpp"
#include "atrium/broker/history.hpp"

#include <string>

namespace atrium {

// Reads from the histories of rooms, for everybody who does. The caller knows
// who asks, and has checked the rights.

/// Returns whether the room called `name` keeps a history.
bool keeps_history(const environment& env, const std::string& name);

/// Bounds a question by what a page may be, and what a client's outbox takes
/// beside other messages.
void bound_page(history_query& what, const environment& env);

/// Asks the history of a room, which keeps one, for what `what` wants, but for
/// no more messages than one page and one client's outbox take. `done` is
/// called once, from any thread, possibly before this returns. Nothing waits.
void read_history(const environment& env, const history_request& what,
                  history_log::page_handler done);

/// Returns the answer that was read for `to`, and not an error. It may have
/// fewer messages than the page: `decode_stored`.
stored_messages history_reply(const environment& env, const history_request& to,
                              const history_page& page);

} // namespace atrium
