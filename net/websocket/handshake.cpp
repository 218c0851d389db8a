#include "atrium/net/websocket/handshake.hpp"

#include "atrium/net/http/http_fields.hpp"

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

// With what it takes to do better (RFC 9110, 7.8; RFC 6455, 4.4).
http_answer upgrade_required(std::string_view why) {
  static constexpr std::array<http_field, 2> fields
    = {{{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}}};
  auto result = http_problem(426, "upgrade_required", why);
  result.fields = fields;
  return result;
}

} // namespace

std::optional<http_answer> refuse_handshake(http_request& x) {
  auto field = [&x](http::field name) { return std::string_view{x[name]}; };
  if (x.method() != http::verb::get || x.version() < 11
      || !has_token(field(http::field::connection), "upgrade")
      || !has_token(field(http::field::upgrade), "websocket"))
    return upgrade_required("this is the address of a WebSocket");
  if (field(http::field::sec_websocket_version) != "13")
    return upgrade_required("only version 13 of WebSocket is spoken");
  if (!is_key(field(http::field::sec_websocket_key)))
    return http_problem(400, "bad_request",
                        "Sec-WebSocket-Key is not 16 bytes in base64");
  // Beast stops reading a list at what it does not know, e.g. `h2c/2`.
  x.set(http::field::connection, "upgrade");
  x.set(http::field::upgrade, "websocket");
  return std::nullopt;
}

} // namespace atrium
