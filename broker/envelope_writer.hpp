#pragma once

#include "atrium/broker/envelope_fields.hpp"
#include "atrium/broker/packet_header.hpp"
#include "atrium/broker/util/time.hpp"

#include <string>
#include <string_view>

namespace atrium {

/// An envelope whose parts lie elsewhere: what is published is encoded from
/// where it is, and not moved into an envelope first.
struct envelope_parts {
  envelope_parts() = default;

  explicit envelope_parts(const envelope& x) noexcept
    : event_id(x.event_id),
      to(x.to),
      target(x.target),
      has_sender(x.from.has_value()),
      user(x.from ? x.from->user : std::string_view{}),
      connection(x.from ? x.from->connection : std::string_view{}),
      time(x.time),
      trace_id(x.trace_id),
      traceparent(x.traceparent),
      data(x.data) {
    // nop
  }

  std::string_view event_id;
  scope to = scope::room;
  std::string_view target;
  bool has_sender = false;
  std::string_view user; ///< This and the next: of the sender.
  std::string_view connection;
  unix_time time;
  std::string_view trace_id;
  std::string_view traceparent;
  std::string_view data;
};

/// Returns the JSON text of `x` behind `front`, in one piece of memory.
std::string write_envelope(std::string_view front, const envelope_parts& x);

/// Returns the packet of `x` (`packet_header`, a colon, the text).
std::string encode_packet(const envelope_parts& x, const packet_header& header);

} // namespace atrium
