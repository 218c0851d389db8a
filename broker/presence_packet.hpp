#pragma once

#include "atrium/broker/util/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// What a room hears on its channel of who is in it.
struct presence_change {
  enum class kind : std::uint8_t {
    join,
    leave,
    count, ///< Nobody is named, and clients are not told.
  };

  kind what = kind::count;
  std::string user;        ///< Who has come or gone.
  std::size_t present = 0; ///< Users in the room, after that.
  unix_time time;
};

/// Returns the packet for a room's channel: a header, and after a colon what
/// clients get, byte for byte (net/PROTOCOL.md, `presence_event`).
/// (presence.lua does the same.)
std::string encode_presence(std::string_view room, const presence_change& x);

/// Returns whether a packet says of itself that it is one of these.
bool is_presence(std::string_view packet) noexcept;

/// A packet of this kind.
struct presence_packet {
  std::string room; ///< As clients know it.
  presence_change change;
  std::string_view json; ///< What clients get, in the packet.
};

/// Reverses `encode_presence`; nothing is taken on trust, as of every packet.
std::optional<presence_packet> decode_presence(std::string_view packet);

} // namespace atrium
