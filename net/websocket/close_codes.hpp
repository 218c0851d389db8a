#pragma once

#include <boost/beast/core/buffers_prefix.hpp>
#include <boost/beast/core/detail/buffers_pair.hpp>
#include <boost/beast/websocket/detail/frame.hpp>

#include <cstdint>
#include <string_view>

namespace atrium {

/// Returns whether a client may close with `code`: it is in IANA's registry of
/// WebSocket close codes and may be sent, or is for libraries and applications
/// (RFC 6455, 7.4.2).
bool is_close_code(std::uint16_t code);

/// Reads the payload of a close frame: nothing, or a code and a text in UTF-8.
/// Returns what is wrong as Beast's own errors.
boost::beast::error_code read_close(std::string_view payload,
                                    boost::beast::websocket::close_reason& out);

} // namespace atrium

// Beast 1.81 reads these payloads by a table of 2016, in which 1014 may not be
// sent and 5000 may, and has no other place to change that: what it would
// instantiate is replaced. To be included where a stream is instantiated.
namespace boost::beast::websocket::detail {

template <>
void read_close( // NOLINT(readability-inconsistent-declaration-parameter-name)
  close_reason& out,
  const buffers_prefix_view<beast::detail::buffers_pair<true>>& payload,
  error_code& error);

} // namespace boost::beast::websocket::detail
