#include "atrium/net/cli/bench/websocket_codec.hpp"

#include <charconv>

namespace atrium::bench {

namespace {

// A constant key has a constant answer: no SHA-1 for each of 10 000 clients.
constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view accept_of_key = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
// More is taken for an error, so no buffer grows without end.
constexpr std::size_t largest_head = 16'384;
constexpr std::size_t largest_payload = 64 << 20;

unsigned byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

void append_big_endian(std::string& out, std::size_t value, unsigned bytes) {
  while (bytes-- > 0)
    out.push_back(static_cast<char>(value >> (8 * bytes) & 0xFFU));
}

bool is_known(unsigned first) {
  // RFC 6455, 5.2: FIN is set, and no bit of an extension, because none was
  // requested. Fragments are not supported: the servers here send none.
  constexpr unsigned known = 1U << 1 | 1U << 2 | 1U << 8 | 1U << 9 | 1U << 10;
  return (first & 0xF0U) == 0x80U && (known >> (first & 0x0FU) & 1U) != 0;
}

} // namespace

void append_frame(std::string& out, opcode code, std::string_view payload) {
  constexpr char masked = static_cast<char>(0x80);
  out.push_back(static_cast<char>(0x80U | static_cast<unsigned>(code)));
  if (payload.size() < 126) {
    out.push_back(
      static_cast<char>(masked | static_cast<char>(payload.size())));
  } else if (payload.size() < 65'536) {
    out.push_back(static_cast<char>(masked | 126));
    append_big_endian(out, payload.size(), 2);
  } else {
    out.push_back(static_cast<char>(masked | 127));
    append_big_endian(out, payload.size(), 8);
  }
  out.append(4, '\0').append(payload);
}

std::string upgrade_request(std::string_view host, std::string_view target) {
  std::string res = "GET ";
  res.append(target)
    .append(" HTTP/1.1\r\nHost: ")
    .append(host)
    .append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ")
    .append(key)
    .append("\r\n\r\n");
  return res;
}

upgrade_reply read_upgrade_reply(std::string_view bytes) {
  constexpr std::string_view start = "HTTP/1.1 ";
  auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos)
    return {bytes.size() > largest_head ? bytes.size() : 0, 0};
  upgrade_reply res{end + 4, 0};
  if (bytes.starts_with(start))
    std::from_chars(bytes.data() + start.size(), bytes.data() + end,
                    res.status);
  // Only the value is searched: header names may have upper or lower case.
  auto head = bytes.substr(0, end);
  if (res.status == 101 && head.find(accept_of_key) == std::string_view::npos)
    res.status = 0;
  return res;
}

frame_extent measure_frame(std::string_view bytes) {
  using state = frame_extent::state;
  if (!bytes.empty() && !is_known(byte_at(bytes, 0)))
    return {state::invalid};
  if (bytes.size() < 2)
    return {};
  std::size_t length = byte_at(bytes, 1);
  // RFC 6455, 5.1: a server must not mask.
  if (length > 127) // masked
    return {state::invalid};
  std::size_t header = 2;
  if (length >= 126) {
    header += length == 126 ? 2 : 8;
    if (bytes.size() < header)
      return {};
    length = 0;
    for (std::size_t i = 2; i < header; ++i)
      length = length << 8 | byte_at(bytes, i);
  }
  if (length > largest_payload)
    return {state::invalid};
  auto complete = bytes.size() - header >= length;
  return {complete ? state::complete : state::incomplete, header, length};
}

} // namespace atrium::bench
