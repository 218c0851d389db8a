#pragma once

#include "atrium/broker/envelope_fields.hpp"
#include "atrium/broker/packet_header.hpp"
#include "atrium/broker/util/time.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace atrium {

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
