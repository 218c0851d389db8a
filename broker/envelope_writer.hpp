#pragma once

#include "atrium/broker/envelope_fields.hpp"
#include "atrium/broker/packet_header.hpp"

#include <string>
#include <string_view>

namespace atrium {

/// An envelope whose parts lie elsewhere: what is published is encoded from
/// where it is, and not moved into an envelope first.
struct envelope_parts : packet_head {
  envelope_parts() = default;

  explicit envelope_parts(const envelope& x)
    : packet_head(head_as<packet_head>(x)), data(x.data) {
    // nop
  }

  explicit envelope_parts(envelope&&) = delete; // it would refer to nothing

  std::string_view data;
};

/// Returns the JSON text of `x` behind `front`, in one piece of memory.
std::string write_envelope(std::string_view front, const envelope_parts& x);

/// Returns the packet of `x` (`packet_header`, a colon, the text).
std::string encode_packet(const envelope_parts& x, const packet_header& header);

} // namespace atrium
