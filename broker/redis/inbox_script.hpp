#pragma once

#include "atrium/broker/inbox.hpp"
#include "atrium/broker/redis/resp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium {

/// Returns the sorted set of the users whose inboxes have something: each to
/// when it has to be looked at, in milliseconds. `inboxes` is
/// `channel_names::inboxes`.
std::string inbox_due_key(std::string_view inboxes);

/// Returns the sorted set of the users who have dead letters.
std::string inbox_dead_key(std::string_view inboxes);

/// What each call of the scripts is about.
struct inbox_script_call {
  std::string_view sha;
  std::string_view channel; ///< Of the user; begins the names of the keys.
  const inbox_rule& rule;
  std::string_view publish = {}; ///< The command that publishes.
};

/// Appends a call of inbox_put.lua.
void append_inbox_put(std::string& out, const inbox_script_call& x,
                      const inbox_entry& what);

/// Appends a call of inbox_read.lua.
void append_inbox_read(std::string& out, const inbox_script_call& x,
                       const inbox_query& what);

/// Appends a call of inbox_ack.lua.
void append_inbox_ack(std::string& out, const inbox_script_call& x,
                      std::string_view device, std::string_view id);

// Calls of inbox_dead.lua.

void append_inbox_sweep(std::string& out, const inbox_script_call& x);

/// Letters of one user; `after` is an id.
void append_inbox_list(std::string& out, const inbox_script_call& x,
                       std::string_view after, std::size_t limit,
                       std::size_t max_bytes);

void append_inbox_purge(std::string& out, const inbox_script_call& x,
                        std::string_view id);

void append_inbox_replay(std::string& out, const inbox_script_call& x,
                         std::string_view id);

// Answers that are no errors; nothing for one that makes no sense.

struct inbox_put_answer {
  std::string id;
  bool is_known = false;
  std::size_t evicted = 0;          ///< Dead letters.
  std::vector<dead_letter> letters; ///< New ones, without user and packet.
};

std::optional<inbox_put_answer> read_inbox_put(resp_reply reply);

/// The packets get their headers.
std::optional<inbox_page> read_inbox_page(resp_reply reply);

struct inbox_sweep_answer {
  std::uint64_t next = 0;  ///< When to look again, in milliseconds; 0: never.
  std::size_t letters = 0; ///< Dead letters that there are.
  std::size_t evicted = 0;
  std::vector<dead_letter> found; ///< New ones, as above.
};

std::optional<inbox_sweep_answer> read_inbox_sweep(resp_reply reply);

/// The letters, without their user, and whether there are more.
std::optional<std::pair<std::vector<dead_letter>, bool>>
read_inbox_letters(resp_reply reply);

} // namespace atrium
