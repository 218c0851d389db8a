#pragma once

#include "atrium/actors/publication.hpp"
#include "atrium/net/protocol/protocol.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

namespace atrium {

/// A protocol that clients speak: what they send becomes a request, and what
/// the node says, text. Knows nothing of how the text travels. One object for
/// all clients, so nothing in it changes; any thread.
class client_codec {
public:
  using parsed = std::variant<client_request, refresh_request, failure>;

  virtual ~client_codec() = default;

  /// By which WebSocket clients ask for it (RFC 6455, section 1.9).
  virtual std::string_view subprotocol() const = 0;

  /// Reads one message of a client, which is UTF-8. The failure has the
  /// request's id as far as it could be read.
  virtual parsed parse(std::string_view text) const = 0;

  /// Returns the text of anything but `welcome`.
  virtual std::string text_of(const reply& x) const = 0;

  /// Returns the first thing that a client is told.
  virtual std::string text_of(const welcome& x,
                              const protocol::node_settings& node,
                              unix_time now) const = 0;

  /// Returns the last thing that a client is told before a close.
  virtual std::string closing_text(close_code code, std::string_view reason,
                                   std::chrono::milliseconds after) const = 0;

  /// Returns the text of a message: a part of `x`, or of `scratch`.
  virtual std::string_view text_of(const publication& x,
                                   std::string& scratch) const = 0;
};

/// Atrium's own protocol (net/PROTOCOL.md).
const client_codec& atrium_codec();

} // namespace atrium
