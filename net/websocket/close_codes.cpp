#include "atrium/net/websocket/close_codes.hpp"

#include "atrium/broker/util/utf8.hpp"

namespace atrium {

using boost::beast::websocket::error;

bool is_close_code(std::uint16_t code) {
  // iana.org/assignments/websocket: 1004 is reserved; 1005, 1006 and 1015 are
  // for programs among themselves and never sent.
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014)
         || (code >= 3000 && code <= 4999);
}

std::variant<std::uint16_t, error> read_close(std::string_view payload) {
  if (payload.empty())
    return std::uint16_t{0};
  if (payload.size() == 1)
    return error::bad_close_size;
  auto byte_at = [payload](std::size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(payload[i]));
  };
  auto code = static_cast<std::uint16_t>(byte_at(0) << 8U | byte_at(1));
  if (!is_close_code(code))
    return error::bad_close_code;
  if (!is_utf8(payload.substr(2)))
    return error::bad_close_payload;
  return code;
}

std::uint16_t close_code_of(error mistake) {
  constexpr std::uint16_t protocol_error = 1002;
  constexpr std::uint16_t not_utf8 = 1007;
  constexpr std::uint16_t too_big = 1009;
  return mistake == error::message_too_big     ? too_big
         : mistake == error::bad_frame_payload ? not_utf8
                                               : protocol_error;
}

} // namespace atrium
