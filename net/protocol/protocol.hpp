#pragma once

#include "atrium/actors/replies.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

namespace atrium {

/// Version 1 of the client protocol (net/PROTOCOL.md) as text: what a client
/// sends becomes a request, what a node says becomes JSON.
namespace protocol {

/// By which WebSocket clients ask for version 1 (net/PROTOCOL.md, section 1).
inline constexpr std::string_view subprotocol = "atrium.v1";

/// What a client has to know about its node; part of `welcome`.
struct node_settings {
  std::string node;
  std::chrono::seconds ping_interval{25};
  std::size_t max_message_bytes = 65536;
};

/// Reads one text frame, which is UTF-8. The failure has the request's id as
/// far as it could be read.
std::variant<client_request, refresh_request, failure>
parse_request(std::string_view text);

/// Returns the text of anything but `welcome`.
std::string to_text(const reply& x);

/// Returns the text of the first frame.
std::string to_text(const welcome& x, const node_settings& node, unix_time now);

/// Returns the text of the last frame before a close.
std::string closing_text(close_code code, std::string_view reason,
                         std::chrono::milliseconds after);

/// Appends the text of a message that is kept: its envelope, with its `offset`
/// in the room's history (and the `previous` one, where that is not one less)
/// or its `inbox_id` in the user's inbox.
void append_stored(std::string& out, const publication& x);

/// Returns the id of the request that `x` answers; empty if it has none.
const request_id& id_of(const reply& x);

} // namespace protocol

} // namespace atrium
