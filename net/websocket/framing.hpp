#pragma once

#include "atrium/actors/util/frame.hpp"
#include "atrium/net/protocol/client_codec.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace atrium {

// WebSocket framing (RFC 6455, section 5.2), as a server does it: unmasked, and
// every message in one frame.

/// Returns header and payload of a text message; `payload` is UTF-8.
std::string text_frame(std::string_view payload);

/// Returns the frame that answers a ping: it has the same payload.
std::string pong_frame(std::string_view payload);

/// Returns the frame that closes; of `reason`, which is UTF-8, what fits into
/// it.
std::string close_frame(std::uint16_t code, std::string_view reason);

/// A ping without payload: the keep-alive of a connection.
const frame& ping_frame();

/// Whether it is the answer to a ping.
inline bool is_pong(const frame& x) {
  return x.bytes().starts_with('\x8A');
}

/// Messages of a protocol as WebSocket messages.
class websocket_encoder final : public message_encoder {
public:
  /// `codec` has to outlive the encoder.
  explicit websocket_encoder(const client_codec& codec) : codec_(codec) {
    // nop
  }

  const client_codec& codec() const {
    return codec_;
  }

  std::string encode(const publication& x) const override;

private:
  const client_codec& codec_;
};

/// Atrium's own protocol over WebSockets.
const websocket_encoder& atrium_over_websocket();

} // namespace atrium
