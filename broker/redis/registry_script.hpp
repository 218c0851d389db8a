#pragma once

#include "atrium/broker/registry.hpp"
#include "atrium/broker/seat_table.hpp"

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace atrium {

/// The Lua script that gives out places. One key for each user, a hash of
/// connection id to `<since>:<until>` in milliseconds by the clock of Redis; a
/// field whose time is up counts for nothing. It is told some connections of
/// the user and answers with pairs of an id and when it came: first those, then
/// whoever else is concerned. Who has no place (any more) came never, which is
/// an empty text.
extern const std::string_view registry_script;

/// What one call of the script is about.
struct registry_call {
  std::string_view sha;
  std::string_view key;
  std::chrono::milliseconds lease{0};
  const registry_config& config;
  bool asks = false; ///< Nobody has to go; a newcomer hears who is in its way.
  std::span<const std::string> silent; ///< Who has to go first.
  std::size_t seats = 0;
};

/// Opens a call at the end of `out`; as many connections as it has `seats` have
/// to follow.
void append_registry_call(std::string& out, const registry_call& x);

/// Appends one connection that has come just now: the youngest of all.
void append_newcomer(std::string& out, std::string_view id);

/// Appends one that was here before. It keeps the time at which it came, also
/// where Redis has lost it; what Redis has not heard of yet is as old as it is
/// at `now`.
void append_seat(std::string& out, std::string_view id,
                 const seat_table::seat& x, seat_table::clock::time_point now);

} // namespace atrium
