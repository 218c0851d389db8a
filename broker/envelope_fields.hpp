#pragma once

#include "atrium/broker/util/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// Whom an envelope is for.
enum class scope : std::uint8_t { room, user, all };

/// Returns `room`, `user` or `all`.
std::string_view to_string(scope value) noexcept;

/// Who has sent an envelope.
template <class Text>
struct basic_sender {
  Text user;
  Text connection;
};

/// All of a message but its data. A `Text` has its characters or refers to
/// them.
template <class Text>
struct basic_envelope_head {
  Text event_id;          ///< ULID, or what the publisher chose.
  scope to = scope::room; ///< Kind of the target.
  Text target;            ///< Name of the room or user; empty for `all`.
  std::optional<basic_sender<Text>> from; ///< Absent: no client has sent it.
  unix_time time;                         ///< When the node accepted it.
  Text trace_id;    ///< Empty, or what the publisher chose.
  Text traceparent; ///< Empty or as `read_traceparent` returns it.
};

using sender = basic_sender<std::string>;
using envelope_head = basic_envelope_head<std::string>;

/// As it stands in a packet: every message is read, and few readers keep more
/// of it than the packet.
using packet_head = basic_envelope_head<std::string_view>;

/// Returns `x` with texts of another kind: copies, or references to its own.
template <class Head, class Text>
Head head_as(const basic_envelope_head<Text>& x) {
  Head result;
  result.event_id = x.event_id;
  result.to = x.to;
  result.target = x.target;
  if (x.from) {
    auto& from = result.from.emplace();
    from.user = x.from->user;
    from.connection = x.from->connection;
  }
  result.time = x.time;
  result.trace_id = x.trace_id;
  result.traceparent = x.traceparent;
  return result;
}

/// One message with its addressing: what travels between nodes and, byte for
/// byte, what clients receive.
struct envelope : envelope_head {
  /// The version of the format that this node writes and understands.
  static constexpr unsigned version = 1;

  std::string data; ///< One JSON value, verbatim.
};

} // namespace atrium
