#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// Where a packet stands in the history of its channel.
struct packet_position {
  std::string_view epoch;     ///< 1 to 32 characters of `0-9a-z`.
  std::uint64_t offset = 0;   ///< At least 1.
  std::uint64_t previous = 0; ///< Offset of the message before it; less.
};

/// Where a packet stands in the inbox of its user: ids as `inbox_receipt` has
/// them.
struct packet_inbox {
  std::string_view id;
  std::string_view
    previous; ///< Of the message before it; `0-0`: there is none.
};

/// That a message is the word of a room's owner (`room_owners`).
struct packet_word {
  std::uint64_t token = 0; ///< Of the ownership: from 1, below 2^53.

  /// The request that the message was; without a run: of nobody.
  std::string_view run; ///< `is_run`, or empty.
  std::uint64_t stream = 0;
  std::uint64_t number = 0; ///< From 1.
};

/// What stands before the first colon of a packet: what nodes need to know of
/// it, and clients do not.
///
///     header = version [ "x" ] [ "@" run ] { ";" name [ "=" value ] }
///
/// `x` leaves out the connection that has sent it, `run` names the node that it
/// comes from where the envelope does not. The fields `o`, `p` and `e` are the
/// position in the channel's history: offset, offset of the message before
/// (where that is not one less), epoch. A log writes them. An inbox writes `i`
/// and `j`: the message's id, and that of the one before. The owner of a room
/// writes `t`, its token, and `a`, run, stream and number of the request that
/// the message was, with dots between them. The rest are fields
/// that newer nodes may add: a reader skips those that it does not know. A
/// field therefore must not change what the rest of a packet means; what does
/// needs another version, and who does not know that drops the packet.
struct packet_header {
  /// The version that this node writes, and the only one that it understands.
  static constexpr std::string_view version = "0";

  /// The longest header, in bytes.
  static constexpr std::size_t max_size = 512;

  bool skip_sender = false;
  std::string_view source_run; ///< Run of the node (`0-9a-z`), or empty.
  std::optional<packet_position> at = std::nullopt;
  std::optional<packet_inbox> inbox = std::nullopt;
  std::optional<packet_word> word = std::nullopt;
};

/// Appends the text of `x`, without the colon.
void append_header(std::string& out, const packet_header& x);

/// Reads the text before the colon; nothing if this node cannot understand it.
/// Names of fields are `0-9a-z`; values are printable ASCII but for `;`. The
/// result refers to `text`.
std::optional<packet_header> read_header(std::string_view text) noexcept;

/// Returns a packet with a position in its header, as a log publishes it. The
/// packet has none yet; what has no colon is nobody's packet, and gets the
/// position at its end. (history_append.lua does the same.)
std::string with_position(std::string_view packet, const packet_position& at);

/// Returns a packet with a place in its user's inbox, likewise. (inbox_put.lua
/// does the same.)
std::string with_inbox(std::string_view packet, const packet_inbox& at);

/// Returns whether this may name the run of a node: 1 to 32 characters of
/// `0-9a-z`.
bool is_run(std::string_view x) noexcept;

/// Returns whether this is what the id of a message in an inbox looks like.
bool is_inbox_id(std::string_view x) noexcept;

} // namespace atrium
