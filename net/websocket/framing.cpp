#include "atrium/net/websocket/framing.hpp"

#include "atrium/broker/util/utf8.hpp"

namespace atrium {

namespace {

constexpr char final_text = static_cast<char>(0x81);  // FIN, opcode 1
constexpr char final_close = static_cast<char>(0x88); // FIN, opcode 8
constexpr char final_ping = static_cast<char>(0x89);  // FIN, opcode 9
constexpr char final_pong = static_cast<char>(0x8A);  // FIN, opcode 10

constexpr std::size_t longest_control = 125;

void append_big_endian(std::string& out, std::size_t value, unsigned bytes) {
  while (bytes-- > 0)
    out.push_back(static_cast<char>(value >> (8 * bytes) & 0xFFU));
}

} // namespace

std::string text_frame(std::string_view payload) {
  constexpr std::size_t longest_header = 10;
  std::string bytes;
  bytes.reserve(payload.size() + longest_header);
  bytes.push_back(final_text);
  // The shortest form of the length: RFC 6455, 5.2, forbids the others.
  if (payload.size() < 126) {
    bytes.push_back(static_cast<char>(payload.size()));
  } else if (payload.size() < 65536) {
    bytes.push_back(126);
    append_big_endian(bytes, payload.size(), 2);
  } else {
    bytes.push_back(127);
    append_big_endian(bytes, payload.size(), 8);
  }
  bytes.append(payload);
  return bytes;
}

std::string pong_frame(std::string_view payload) {
  std::string bytes{final_pong, static_cast<char>(payload.size())};
  bytes.append(payload);
  return bytes;
}

std::string close_frame(std::uint16_t code, std::string_view reason) {
  reason = reason.substr(0, longest_control - sizeof(code));
  reason = reason.substr(0, utf8_prefix(reason).value_or(0));
  std::string bytes{final_close,
                    static_cast<char>(sizeof(code) + reason.size())};
  append_big_endian(bytes, code, sizeof(code));
  bytes.append(reason);
  return bytes;
}

const frame& ping_frame() {
  static const frame instance{std::string{final_ping, '\0'}};
  return instance;
}

std::string websocket_encoder::encode(const publication& x) const {
  std::string scratch;
  return text_frame(codec_.text_of(x, scratch));
}

const websocket_encoder& atrium_over_websocket() {
  static const websocket_encoder instance{atrium_codec()};
  return instance;
}

} // namespace atrium
