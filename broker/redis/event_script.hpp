#pragma once

#include "atrium/broker/event_sink.hpp"
#include "atrium/broker/names.hpp"
#include "atrium/broker/redis/resp_reply.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

// Calls of the script that writes events to Redis (events.lua), and answers.

/// An event as the script takes it.
struct event_line {
  backend_event::kind what = backend_event::kind::connected;
  std::string field; ///< Names what begins or ends (`event_subject`).
  std::string value; ///< What the script adds to it, by the kind.
  std::string event; ///< Without its number.
  std::string user;
};

/// Makes a line of an event of this node.
event_line make_event_line(const backend_event& x, std::string_view node);

/// What an `event_queue` needs to know.
struct event_queue_config {
  channel_names names{"dev:atrium"};
  std::string run;  ///< Of this node; no other node or run has it.
  std::string node; ///< How events name it.

  /// About how many events the stream keeps; nothing: there is no stream.
  std::optional<std::size_t> stream_length;
};

/// What each call says first.
struct event_call {
  std::string_view sha;
  const event_queue_config& by;
  std::uint64_t number = 0; ///< One more than that of the last.
};

/// Appends a call that tells events, under this lease of the run, which had
/// those before.
void append_tell_call(std::string& out, const event_call& x,
                      std::string_view lease_id,
                      std::span<const std::string> former,
                      std::span<const event_line> lines);

/// Appends a call that ends some of what stands under the lease of a dead node.
void append_reap_call(std::string& out, const event_call& x,
                      std::string_view lease_id, std::string_view cursor);

/// What the script answers.
struct event_answer {
  std::size_t events = 0;  ///< Of this call.
  std::string_view cursor; ///< Of the next reap, or `end`.
  std::vector<std::string> texts;
};

/// Reads an answer that is no error; nothing if it is not one of the script.
std::optional<event_answer> read_event_answer(resp_reply reply);

/// The member of a lease's set of rooms that says that there are events, too.
constexpr std::string_view leased_events = "e";

} // namespace atrium
