#pragma once

#include "atrium/broker/registry.hpp"
#include "atrium/broker/seat_table.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace atrium {

/// The Lua script that gives out places. One key for each user, a hash of
/// connection id to `<since>:<until>` in milliseconds by the clock of Redis; a
/// field whose time is up counts for nothing. It is told some connections of
/// the user and answers with the ids that have no place (any more).
extern const std::string_view registry_script;

/// Opens a call of the script for `seats` connections at the end of `out`; that
/// many `append_seat` have to follow.
void append_registry_call(std::string& out, std::string_view sha,
                          std::string_view key, std::chrono::milliseconds lease,
                          const registry_config& config, std::size_t seats);

/// Appends one connection. One that is `fresh` has come just now and is the
/// newest of all; others keep their age, and are added again if Redis has lost
/// them.
void append_seat(std::string& out, const registry_config& config,
                 const seat_table::seat& x, bool fresh);

} // namespace atrium
