#include "atrium/net/websocket/close_codes.hpp"

#include "atrium/broker/util/utf8.hpp"

#include <boost/beast/core/buffers_to_string.hpp>

namespace atrium {

namespace websocket = boost::beast::websocket;

bool is_close_code(std::uint16_t code) {
  // iana.org/assignments/websocket: 1004 is reserved; 1005, 1006 and 1015 are
  // for programs among themselves and never sent.
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014)
         || (code >= 3000 && code <= 4999);
}

boost::beast::error_code read_close(std::string_view payload,
                                    websocket::close_reason& out) {
  out = {};
  if (payload.empty())
    return {};
  if (payload.size() == 1)
    return websocket::error::bad_close_size;
  auto byte_at = [payload](std::size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(payload[i]));
  };
  auto code = static_cast<std::uint16_t>(byte_at(0) << 8U | byte_at(1));
  auto text = payload.substr(2);
  if (!is_close_code(code))
    return websocket::error::bad_close_code;
  if (!is_utf8(text))
    return websocket::error::bad_close_payload;
  out.code = code;
  out.reason.assign(text.data(), text.size());
  return {};
}

} // namespace atrium

namespace boost::beast::websocket::detail {

template <>
void read_close( // NOLINT(readability-inconsistent-declaration-parameter-name)
  close_reason& out,
  const buffers_prefix_view<beast::detail::buffers_pair<true>>& payload,
  error_code& error) {
  error = atrium::read_close(buffers_to_string(payload), out);
}

} // namespace boost::beast::websocket::detail
