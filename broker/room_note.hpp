#pragma once

#include "atrium/broker/util/errc.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// Names a request of a room of some node: the run of the node, and stream and
/// number of the request there.
struct request_mark {
  std::string run; ///< 1 to 32 characters of `0-9a-z`.
  std::uint64_t stream = 0;
  std::uint64_t number = 0;

  bool operator==(const request_mark&) const = default;
};

/// What the owner of a room says to the rooms of that name on all nodes,
/// besides messages.
struct room_note {
  enum class kind : std::uint8_t {
    accepted,  ///< The request is done.
    published, ///< It had been before, with this event id (`text`).
    refused,   ///< It is not, for `code` and `text`.
    answered,  ///< The logic answers it with `data`.
    here,      ///< That number was taken last; what follows is missing.
    taken,     ///< The owner has taken it, and will answer.
    told,      ///< `data` for the connection called `text`.
    restarted, ///< The state has been lost.
    failed,    ///< The logic is given up, and the room ends.
    gone,      ///< The owner has given the room up.
  };

  kind what = kind::accepted;
  request_mark to = {}; ///< Of the first six: the request.
  errc code = errc::none;
  std::string text = {};
  std::string data = {}; ///< One JSON value.
};

/// Notes of one owner, as they go over the room's channel.
struct room_notes {
  std::uint64_t token = 0; ///< Of the ownership (`room_owners`), from 1.
  std::vector<room_note> notes;
};

/// Returns the packet for a room's channel: a header, and after a colon one
/// JSON object.
std::string encode_notes(const room_notes& x);

/// Returns whether a packet says of itself that it is one of these.
bool is_notes(std::string_view packet) noexcept;

/// Reverses `encode_notes`; nothing is taken on trust, as of every packet.
std::optional<room_notes> decode_notes(std::string_view packet);

} // namespace atrium
