#define CAF_SUITE handshake_test

#include "atrium/net/websocket/handshake.hpp"

#include "caf/test/unit_test.hpp"

#include <string>

using namespace atrium;
using namespace std::string_literals;
namespace http = boost::beast::http;

namespace {

constexpr auto no_websocket = "this is the address of a WebSocket";
constexpr auto other_version = "only version 13 of WebSocket is spoken";
constexpr auto no_key = "Sec-WebSocket-Key is not 16 bytes in base64";

/// The request of RFC 6455, 1.2.
http_request sample() {
  http_request x{http::verb::get, "/ws", 11};
  x.set(http::field::host, "server.example.com");
  x.set(http::field::upgrade, "websocket");
  x.set(http::field::connection, "Upgrade");
  x.set(http::field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
  x.set(http::field::sec_websocket_version, "13");
  return x;
}

// Returns status and reason of the refusal, or 101.
std::string answer_to(http_request x) {
  auto no = refuse_handshake(x);
  if (!no)
    return "101";
  CAF_CHECK_EQUAL(no->content_type, json_type);
  auto reason = no->body.find(R"("message":")");
  CAF_REQUIRE(reason != std::string::npos);
  auto begin = reason + 11;
  return std::to_string(no->status) + ' '
         + no->body.substr(begin, no->body.find('"', begin) - begin);
}

// The same when one field of the sample has another value.
std::string answer_with(http::field name, std::string_view value) {
  auto x = sample();
  x.set(name, value);
  return answer_to(x);
}

std::string answer_without(http::field name) {
  auto x = sample();
  x.erase(name);
  return answer_to(x);
}

const auto refused_426 = "426 "s + no_websocket;
const auto refused_version = "426 "s + other_version;
const auto refused_key = "400 "s + no_key;

} // namespace

CAF_TEST(the request of the standard is taken) {
  CAF_CHECK_EQUAL(answer_to(sample()), "101");
}

CAF_TEST(an upgrade has to be a GET of HTTP version 1 point 1) {
  for (auto verb : {http::verb::head, http::verb::post, http::verb::options, http::verb::put,
                    http::verb::connect}) {
    auto x = sample();
    x.method(verb);
    CAF_CHECK_EQUAL(answer_to(x), refused_426);
  }
  auto unknown = sample();
  unknown.method_string("get");
  CAF_CHECK_EQUAL(answer_to(unknown), refused_426);
  auto old = sample();
  old.version(10);
  CAF_CHECK_EQUAL(answer_to(old), refused_426);
}

CAF_TEST(what asks for no upgrade is refused) {
  CAF_CHECK_EQUAL(answer_without(http::field::connection), refused_426);
  CAF_CHECK_EQUAL(answer_without(http::field::upgrade), refused_426);
  for (auto value : {"", "keep-alive", "close", "Upgraded", "up grade", "\"upgrade\"", "upgrade;x",
                     "-upgrade", "keep-alive upgrade"})
    CAF_CHECK_EQUAL(answer_with(http::field::connection, value), refused_426);
  for (auto value : {"", "h2c", "websockets", "web socket", "websocket/13", "\"websocket\"",
                     "h2c websocket", "http://websocket"})
    CAF_CHECK_EQUAL(answer_with(http::field::upgrade, value), refused_426);
}

CAF_TEST(tokens are found in lists and whatever their case) {
  for (auto value : {"UPGRADE", "keep-alive, Upgrade", " ,upgrade,, close", "\tupgrade\t"})
    CAF_CHECK_EQUAL(answer_with(http::field::connection, value), "101");
  for (auto value : {"WebSocket", "h2c/2, websocket", ", websocket ,"})
    CAF_CHECK_EQUAL(answer_with(http::field::upgrade, value), "101");
}

CAF_TEST(only version 13 is spoken) {
  CAF_CHECK_EQUAL(answer_without(http::field::sec_websocket_version), refused_version);
  for (auto value : {"", "8", "12", "14", "013", "13, 8", "8, 13", "13.0", "+13", "0x0d", "130"})
    CAF_CHECK_EQUAL(answer_with(http::field::sec_websocket_version, value), refused_version);
}

CAF_TEST(who may do better is told what is spoken) {
  auto has_fields = [](http_request x) {
    auto no = refuse_handshake(x);
    CAF_REQUIRE(no);
    std::string said;
    for (auto& field : no->fields)
      said.append(field.name).append(": ").append(field.value).append("\n");
    return said;
  };
  auto fields = "Upgrade: websocket\nSec-WebSocket-Version: 13\n"s;
  auto x = sample();
  x.set(http::field::sec_websocket_version, "8");
  CAF_CHECK_EQUAL(has_fields(x), fields);
  x.erase(http::field::upgrade);
  CAF_CHECK_EQUAL(has_fields(x), fields);
  auto keyless = sample();
  keyless.erase(http::field::sec_websocket_key);
  CAF_CHECK_EQUAL(has_fields(keyless), ""); // another version would not help
}

CAF_TEST(a key that is not 16 bytes in base64 is refused) {
  CAF_CHECK_EQUAL(answer_without(http::field::sec_websocket_key), refused_key);
  const auto good = "dGhlIHNhbXBsZSBub25jZQ=="s;
  for (auto& value :
       {""s, "c2hvcnQ="s, good.substr(1), good + "=", good.substr(0, 23), "A" + good,
        good.substr(0, 22) + "A=", good.substr(0, 21) + "===", "=" + good.substr(1), good + good,
        "dGhlIHNhbXBsZSBub25j-_=="s, "dGhlIHNhbXBs ZSBub25jZ=="s, "dGhlIHNhbXBsZSBub25j\xc3\xa9=="s,
        "dGhlIHNhbXBs\0SBub25jZQ=="s, std::string(24, '='), std::string(24, '!'),
        "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ=="s, std::string(8000, 'A')})
    CAF_CHECK_EQUAL(answer_with(http::field::sec_websocket_key, value), refused_key);
  CAF_CHECK_EQUAL(answer_with(http::field::sec_websocket_key, "++++////0000aaaaAAAA9w=="), "101");
}

CAF_TEST(lists may name more than the upgrade needs) {
  auto x = sample();
  x.set(http::field::connection, "keep-alive, Upgrade, HTTP2-Settings");
  x.set(http::field::upgrade, "h2c/2, websocket");
  CAF_CHECK(!refuse_handshake(x));
}

CAF_TEST(the answer shows that the key was read) {
  auto answer = accept_handshake(sample(), "atrium.v1");
  CAF_CHECK(answer.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  CAF_CHECK(answer.ends_with("\r\n\r\n"));
  // RFC 6455, 1.3.
  CAF_CHECK(answer.find("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
            != std::string::npos);
  CAF_CHECK(answer.find("\r\nUpgrade: websocket\r\n") != std::string::npos);
  CAF_CHECK(answer.find("\r\nConnection: upgrade\r\n") != std::string::npos);
  CAF_CHECK_EQUAL(answer.find("Sec-WebSocket-Protocol"), std::string::npos);
}

CAF_TEST(a subprotocol is spoken if it is offered) {
  auto x = sample();
  x.set(http::field::sec_websocket_protocol, "other, atrium.v1");
  CAF_CHECK(accept_handshake(x, "atrium.v1").find("\r\nSec-WebSocket-Protocol: atrium.v1\r\n")
            != std::string::npos);
  CAF_CHECK(accept_handshake(x, "atrium.v2").find("Sec-WebSocket-Protocol") == std::string::npos);
}
