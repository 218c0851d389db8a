#pragma once

#include "atrium/broker/history.hpp"
#include "atrium/broker/util/shared_bytes.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace atrium {

/// What became of a call with a token.
enum class fencing : std::uint8_t {
  passed, ///< It counts.

  /// Nothing has happened: somebody has a newer token, the fence is lost, or a
  /// word before this one does not count.
  fenced,

  /// No answer, or Redis has refused: it may have taken effect or not.
  unknown,
};

/// A part of the state of a room.
struct room_field {
  std::string name;             ///< Any bytes.
  shared_bytes value = nullptr; ///< In a word null: the field goes.
};

/// The answer to an opening.
struct room_opening {
  fencing result = fencing::unknown;
  std::vector<room_field> state = {}; ///< In no order; no value is null.
};

/// What a word publishes on the channel of its room.
struct room_packet {
  shared_bytes bytes; ///< `encode_packet`; not null.

  /// Also in the history of the channel, if the word has a rule.
  bool is_kept = false;
};

/// Something that an owner says: in one step its room's state changes and its
/// packets go to the room's channel, or neither.
struct room_word {
  /// 1 for the first word with a token, then one more each.
  std::uint64_t number = 0;

  /// What becomes of the state; each name once. The others stay as they are.
  std::vector<room_field> changes = {};

  std::vector<room_packet> packets = {}; ///< Published in this order.
  history_rule history = {};

  /// How long the state lasts after the last word.
  std::chrono::seconds ttl{std::chrono::hours{24}};
};

} // namespace atrium
