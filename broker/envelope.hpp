#pragma once

#include "atrium/broker/packet_header.hpp"
#include "atrium/broker/util/time.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

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

/// What an envelope adds to its data at most: names of 128 bytes, of which each
/// may need a backslash, the ids, the keys.
inline constexpr std::size_t envelope_overhead = 2048;

/// Returns the JSON text of `x` (net/PROTOCOL.md, section 4, `message`). It
/// ends with the data and a brace.
std::string to_json(const envelope& x);

/// What an envelope looks like on a bus: a header (`packet_header`), a colon,
/// and the envelope's JSON.
struct packet : packet_header {
  packet_head about;
  std::string_view json; ///< The envelope's text inside the packet.
  std::string_view data; ///< The data inside `json`, verbatim.

  /// Owns the texts of `about` that are not in the packet as they are, mostly
  /// none: those with escapes.
  std::shared_ptr<const void> texts;
};

/// Why a packet was dropped.
enum class packet_error : std::uint8_t {
  malformed,       ///< Not a packet, not JSON, not UTF-8, a field is missing.
  unknown_version, ///< From a newer node: header or envelope of another
                   ///< version.
};

/// Returns `x` with its header, for `bus::publish`. `source_run` is this node's
/// run (up to 32 characters of `0-9a-z`): for envelopes that no connection
/// sends.
std::string encode_packet(const envelope& x, bool skip_sender,
                          std::string_view source_run = {});

/// The same for the word of a room's owner.
std::string encode_packet(const envelope& x, bool skip_sender,
                          std::string_view source_run, const packet_word& as);

/// Returns the time of the envelope in a packet, without a look at anything
/// else; nothing if there is none where it should be.
std::optional<unix_time> packet_time(std::string_view bytes) noexcept;

/// Reverses `encode_packet`. The bus is a border: whoever can write to it can
/// send anything, so nothing is taken on trust. The result, also what is copied
/// from it, refers to `bytes`.
std::variant<packet, packet_error> decode_packet(std::string_view bytes);

} // namespace atrium
