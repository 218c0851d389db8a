#pragma once

#include "atrium/actors/message_types.hpp"
#include "atrium/actors/publication.hpp"
#include "atrium/actors/util/message_source.hpp"
#include "atrium/actors/util/permit.hpp"
#include "atrium/actors/util/watch_list.hpp"
#include "atrium/broker/publish_receipt.hpp"
#include "atrium/broker/room_note.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace atrium {

// What comes from the bus to the actors that have a channel.

struct subscribed {};

/// Messages of these times may be missing.
struct interrupted {
  /// Only a repaired link says that the bus carries the channel; a channel that
  /// is refused stays refused when what came before that was too much.
  enum class cause : std::uint8_t {
    repaired, ///< The link to the bus was down and works again.
    dropped,  ///< This node has dropped what came: too much, or too large.
  };

  unix_time from;
  unix_time to;
  cause why = cause::dropped;
};

struct channel_refused {
  std::string reason;
};

/// The bus has shown that it carries the channel: an answer to whoever had a
/// number of `bus_proof` up to this one.
struct channel_carried {
  std::uint64_t number = 0;
};

/// Packets of one channel and read. The permit bounds how many are under way.
struct packets {
  std::vector<shared_bytes> batch;
  permit held;
};

/// Where an envelope stands in the history of its channel.
struct log_place {
  position at;
  std::uint64_t previous = 0; ///< Offset of the message before it.
};

/// That a message is the word of the room's owner.
struct word_mark {
  std::uint64_t token = 0;
  std::optional<request_mark> answers = std::nullopt;
};

/// One checked envelope.
struct incoming {
  publication_ptr content;
  message_source from;
  watch_note_ptr watched = nullptr;
  std::shared_ptr<const log_place> place = nullptr; ///< Null: in no history.
  std::shared_ptr<const word_mark> word = nullptr;  ///< Null: of no owner.
};

/// Somebody has come into a room, or gone.
struct presence_event {
  std::size_t present = 0; ///< Users in the room since.
  publication_ptr content; ///< What clients get; null: nothing.
};

struct arrived {
  std::vector<incoming> batch;
  permit held;
  std::vector<presence_event> events = {}; ///< Apart from the messages.
  std::vector<room_notes> notes = {};      ///< Likewise; they come first.
};

} // namespace atrium
