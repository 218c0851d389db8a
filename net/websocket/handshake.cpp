#include "atrium/net/websocket/handshake.hpp"

#include "atrium/net/http/credentials.hpp"
#include "atrium/net/http/http_fields.hpp"

#include <openssl/evp.h>

#include <array>

namespace atrium {

namespace http = boost::beast::http;

namespace {

constexpr std::string_view base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "abcdefghijklmnopqrstuvwxyz0123456789+/";

// 16 bytes in base64 (RFC 6455, 4.1).
bool is_key(std::string_view x) {
  constexpr std::size_t size = 24;
  return x.size() == size && x.ends_with("==")
         && x.find_first_not_of(base64) == size - 2;
}

// Shows that the key was read by somebody who speaks WebSocket (RFC 6455,
// 4.2.2).
std::string answer_to_key(std::string_view key) {
  std::string text{key};
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha1(), nullptr);
  std::array<unsigned char, std::size_t{2} * EVP_MAX_MD_SIZE> coded{};
  auto length
    = EVP_EncodeBlock(coded.data(), hash.data(), static_cast<int>(size));
  return {coded.begin(), coded.begin() + length};
}

// With what it takes to do better (RFC 9110, 7.8; RFC 6455, 4.4).
http_answer upgrade_required(std::string_view why) {
  static constexpr std::array<http_field, 2> fields
    = {{{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}}};
  auto result = http_problem(426, "upgrade_required", why);
  result.fields = fields;
  return result;
}

} // namespace

std::optional<http_answer> refuse_handshake(const http_request& x) {
  auto field = [&x](http::field name) { return value_of(x, name); };
  if (x.method() != http::verb::get || x.version() < 11
      || !has_token(field(http::field::connection), "upgrade")
      || !has_token(field(http::field::upgrade), "websocket"))
    return upgrade_required("this is the address of a WebSocket");
  if (field(http::field::sec_websocket_version) != "13")
    return upgrade_required("only version 13 of WebSocket is spoken");
  if (!is_key(field(http::field::sec_websocket_key)))
    return http_problem(400, "bad_request",
                        "Sec-WebSocket-Key is not 16 bytes in base64");
  return std::nullopt;
}

std::string accept_handshake(const http_request& x,
                             std::string_view subprotocol) {
  std::string result{"HTTP/1.1 101 Switching Protocols\r\n"
                     "Upgrade: websocket\r\n"
                     "Connection: upgrade\r\n"
                     "Server: atrium\r\n"
                     "Sec-WebSocket-Accept: "};
  result += answer_to_key(value_of(x, http::field::sec_websocket_key));
  if (offers_subprotocol(x, subprotocol))
    result.append("\r\nSec-WebSocket-Protocol: ").append(subprotocol);
  return result += "\r\n\r\n";
}

} // namespace atrium
