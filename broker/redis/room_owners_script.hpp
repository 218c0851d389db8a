#pragma once

#include "atrium/broker/names.hpp"
#include "atrium/broker/redis/resp_reply.hpp"
#include "atrium/broker/room_owners.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace atrium {

/// What each call of room_owner.lua is about. Its keys are those of the nodes'
/// leases, and in the same slot `:owners` and `:token`.
struct room_owner_call {
  std::string_view sha;
  const channel_names& names;
  std::string_view room;
  std::chrono::milliseconds lease{15'000}; ///< Of nodes.
};

void append_owner_find(std::string& out, const room_owner_call& x,
                       std::span<const std::string> candidates);
void append_owner_release(std::string& out, const room_owner_call& x,
                          std::uint64_t token);

/// Returns whom the script names, with token 0 if nobody; nothing if the answer
/// makes no sense.
std::optional<ownership> read_ownership(resp_reply reply);

/// What each call of room_word.lua is about. Its keys are in the slot of the
/// room's channel: `<channel>:own`, and those of the history.
struct room_word_call {
  std::string_view sha;
  std::string_view channel;
  std::uint64_t token = 0;
  std::string_view incarnation = {}; ///< Of the server; empty: unknown.
  std::string_view publish = {};     ///< The command that publishes.
};

void append_room_open(std::string& out, const room_word_call& x,
                      std::chrono::seconds ttl);
void append_room_say(std::string& out, const room_word_call& x,
                     const room_word& what);

/// Return what the script answers; nothing if that makes no sense.
std::optional<room_opening> read_room_opening(resp_reply reply);
std::optional<fencing> read_room_word(resp_reply reply);

} // namespace atrium
