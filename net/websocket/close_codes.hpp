#pragma once

#include <boost/beast/websocket/error.hpp>

#include <cstdint>
#include <string_view>
#include <variant>

namespace atrium {

/// Returns whether a client may close with `code`: it is in IANA's registry of
/// WebSocket close codes and may be sent, or is for libraries and applications
/// (RFC 6455, 7.4.2).
bool is_close_code(std::uint16_t code);

/// Reads the payload of a close frame: nothing, or a code and a text in UTF-8.
/// Returns the code, or 0 without one, or what is wrong.
std::variant<std::uint16_t, boost::beast::websocket::error>
read_close(std::string_view payload);

/// Returns the code that tells a client what is wrong with what it has sent.
std::uint16_t close_code_of(boost::beast::websocket::error mistake);

} // namespace atrium
