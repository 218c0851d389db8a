#pragma once

#include "atrium/broker/history.hpp"
#include "atrium/broker/publish_receipt.hpp"
#include "atrium/broker/util/shared_bytes.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

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

/// The answer to an opening.
struct room_opening {
  fencing result = fencing::unknown;
  shared_bytes state = nullptr; ///< As last said; null: none.
};

/// Something that an owner says: in one step its room's state is saved and its
/// message goes to the room's channel, or neither.
struct room_word {
  /// 1 for the first word with a token, then one more each.
  std::uint64_t number = 0;

  /// The whole state of the room after the word; null: it stays as it is.
  shared_bytes state = nullptr;

  /// What is published (`encode_packet`); null: nothing.
  shared_bytes packet = nullptr;

  /// With a rule the packet is also kept in the history of the channel.
  history_rule history = {};
  std::string event_id = {};
  bool is_chosen
    = false; ///< The id, so the history knows it when it comes again.

  /// How long the state lasts after the last word.
  std::chrono::seconds ttl{std::chrono::hours{24}};
};

/// What became of a word.
struct word_receipt {
  fencing result = fencing::unknown;

  /// The history has the message already, from an earlier word: this one has
  /// not changed anything, and takes no number. Who says it should open anew,
  /// since the state that was saved then has the message.
  bool is_known = false;

  std::optional<position> at = std::nullopt; ///< In rooms with a history.
};

} // namespace atrium
