#pragma once

#include "atrium/broker/history.hpp"
#include "atrium/broker/redis/resp.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// One message for the log of a channel.
struct history_message {
  std::string_view event_id;
  std::string_view packet;
  bool is_chosen = false; ///< The id; its publisher may send it again.
  bool was_sent = false;  ///< Redis may have it: the answer was lost.
};

/// What each call of the scripts is about.
struct history_call {
  std::string_view sha;
  std::string_view channel;
  std::string_view incarnation; ///< Of the server; empty: unknown.
  history_rule rule;
  std::string_view publish = {}; ///< The command that publishes, for appends.
};

/// Appends a call that keeps and publishes messages (history_append.lua).
void append_history_append(std::string& out, const history_call& x,
                           std::span<const history_message> messages);

/// Return how many keys and arguments such a call has, for a script that
/// appends among other things.
std::size_t history_keys(std::span<const history_message> messages);
std::size_t history_arguments(std::span<const history_message> messages);

/// Appends these keys alone.
void append_history_keys(std::string& out, const history_call& x,
                         std::span<const history_message> messages);

/// Appends these arguments alone.
void append_history_arguments(std::string& out, const history_call& x,
                              std::span<const history_message> messages);

/// Where one of them stands.
struct history_place {
  position at;
  bool is_known = false; ///< The log had it already.
};

/// Returns the places of as many messages; empty if the answer makes no sense.
std::vector<history_place> read_history_places(resp_reply reply,
                                               std::size_t messages);

/// What is asked of one call of history_read.lua.
struct history_part {
  std::optional<position> from;
  std::size_t limit = 0;
  std::size_t max_bytes = 0;
  bool newest_first = false;
  bool was_seen = false; ///< The message at `from`, by somebody.
};

/// Appends a call that reads (history_read.lua).
void append_history_read(std::string& out, const history_call& x,
                         const history_part& what);

/// Returns a page; nothing if the answer makes no sense.
std::optional<history_page> read_history_page(resp_reply reply);

/// Appends a command that removes what is kept of a channel, but its numbers.
void append_history_remove(std::string& out, std::string_view channel);

/// Returns an empty page; nothing if the answer to that makes no sense.
std::optional<history_page> read_history_removal(resp_reply reply);

} // namespace atrium
