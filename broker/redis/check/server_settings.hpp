#pragma once

#include "atrium/broker/redis/check/redis_needs.hpp"
#include "atrium/broker/redis/check/redis_report.hpp"
#include "atrium/broker/redis/redis_address.hpp"
#include "atrium/broker/redis/resp_reply.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// How a server is set up, as far as it says so.
struct server_settings {
  std::optional<std::string> policy;           ///< When memory is used up.
  std::optional<std::uint64_t> max_memory;     ///< In bytes; 0: no limit.
  std::optional<bool> has_append_log;          ///< `appendonly`.
  std::optional<std::string> snapshots;        ///< `save`; empty: none.
  std::optional<std::string> output_limits;    ///< All classes of clients.
  std::optional<std::uint64_t> least_replicas; ///< `min-replicas-to-write`.
};

/// The settings that only CONFIG GET tells, in the order of its questions.
constexpr std::string_view config_names[]
  = {"save", "client-output-buffer-limit", "min-replicas-to-write"};

/// Takes what INFO says; nothing if it was refused.
void take_info(std::string_view info, server_settings& to);

/// Takes the answer to `CONFIG GET name`, which managed servers refuse.
void take_config(std::string_view name, resp_reply reply, server_settings& to);

/// Adds what weakens what nodes promise, or breaks it, and what could not be
/// learnt.
void judge_settings(const server_settings& x, redis_kind kind,
                    const redis_needs& needs, redis_report& to);

} // namespace atrium
