#define CAF_SUITE protocol_test

#include "atrium/net/protocol/protocol.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;
using namespace std::chrono_literals;

namespace {

template <class Request>
Request parse(std::string_view text) {
  auto result = protocol::parse_request(text);
  CAF_REQUIRE(std::holds_alternative<client_request>(result));
  auto& request = std::get<client_request>(result);
  CAF_REQUIRE(std::holds_alternative<Request>(request));
  return std::get<Request>(std::move(request));
}

std::string error(std::string_view text) {
  auto result = protocol::parse_request(text);
  CAF_REQUIRE(std::holds_alternative<failure>(result));
  auto& x = std::get<failure>(result);
  return x.id + " " + std::string{to_string(x.code)};
}

} // namespace

CAF_TEST(requests are read) {
  CAF_CHECK_EQUAL(parse<join_request>(R"({"type":"join","id":"a","room":"r"})").id, "\"a\"");
  auto x = parse<publish_request>(
    R"({"type":"publish","room":"r","data":{"b":1, "b":2},"event_id":"e","echo":false,"new":1})");
  CAF_CHECK_EQUAL(x.room, "r");
  CAF_CHECK_EQUAL(x.data, R"({"b":1, "b":2})");
  CAF_CHECK_EQUAL(x.event_id, "e");
  CAF_CHECK(!x.echo);
  CAF_CHECK_EQUAL(parse<send_request>(R"({"type":"send","user":"\u00e9","data":null})").user,
                  "\u00e9");
  CAF_CHECK_EQUAL(parse<broadcast_request>(R"({"type":"broadcast","data":0})").data, "0");
  parse<ping_request>(R"({"type":"ping"})");
}

CAF_TEST(a refresh carries a token) {
  auto result = protocol::parse_request(R"({"type":"refresh","id":7,"token":"a.b.c"})");
  CAF_REQUIRE(std::holds_alternative<refresh_request>(result));
  CAF_CHECK_EQUAL(std::get<refresh_request>(result).token, "a.b.c");
  CAF_CHECK_EQUAL(error(R"({"type":"refresh","id":7})"), "7 bad_request");
  CAF_CHECK_EQUAL(error(R"({"type":"refresh","id":7,"token":5})"), "7 bad_request");
  CAF_CHECK_EQUAL(protocol::to_text(refreshed{"7", unix_time{5ms}}),
                  R"({"type":"refreshed","id":7,"expires_at":5})");
  CAF_CHECK_EQUAL(protocol::to_text(refreshed{"7", never}), R"({"type":"refreshed","id":7})");
}

CAF_TEST(a traceparent is read and a malformed one is ignored) {
  auto publish = [](std::string_view value) {
    return R"({"type":"publish","room":"r","data":1,"traceparent":)" + std::string{value} + "}";
  };
  constexpr auto good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  auto quoted = '"' + std::string{good} + '"';
  CAF_CHECK_EQUAL(parse<publish_request>(publish(quoted)).traceparent, good);
  CAF_CHECK_EQUAL(
    parse<send_request>(R"({"type":"send","user":"u","data":1,"traceparent":)" + quoted + "}")
      .traceparent,
    good);
  CAF_CHECK_EQUAL(
    parse<broadcast_request>(R"({"type":"broadcast","data":1,"traceparent":)" + quoted + "}")
      .traceparent,
    good);
  for (auto bad : {"1", "null", "[]", R"("")", R"("00-4bf9")"})
    CAF_CHECK_EQUAL(parse<publish_request>(publish(bad)).traceparent, "");
}

CAF_TEST(what is wrong is named) {
  struct {
    std::string_view text;
    std::string_view error;
  } table[] = {
    {"x", " bad_json"},
    {"[]", " bad_json"},
    {"{}", " bad_request"},
    {R"({"type":1,"id":7})", "7 bad_request"},
    {R"({"type":"dance","id":7})", "7 unknown_type"},
    {R"({"type":"join","id":7})", "7 bad_request"},
    {R"({"type":"join","id":7,"room":5})", "7 bad_request"},
    {R"({"type":"join","id":7,"room":""})", "7 room_name_invalid"},
    {R"({"type":"join","id":7,"room":"\n"})", "7 room_name_invalid"},
    {R"({"type":"send","id":7,"user":"","data":1})", "7 user_name_invalid"},
    {R"({"type":"publish","id":7,"room":"r"})", "7 bad_request"},
    {R"({"type":"publish","id":7,"room":""})", "7 bad_request"},
    {R"({"type":"publish","id":7,"room":"r","data":1,"event_id":" "})", "7 bad_request"},
    {R"({"type":"publish","id":7,"room":"r","data":1,"echo":1})", "7 bad_request"},
    {R"({"type":"ping","id":-1})", " bad_request"},
    {R"({"type":"ping","id":""})", " bad_request"},
    {R"({"type":"ping","id":9007199254740992})", " bad_request"},
    {R"({"type":"ping","id":null})", " bad_request"},
  };
  for (auto& x : table)
    CAF_CHECK_EQUAL(error(x.text), x.error);
}

CAF_TEST(replies are those of the protocol) {
  using protocol::to_text;
  CAF_CHECK_EQUAL(to_text(joined{"1", "r\""}), R"({"type":"joined","id":1,"room":"r\""})");
  CAF_CHECK_EQUAL(to_text(left{"", "r"}), R"({"type":"left","room":"r"})");
  CAF_CHECK_EQUAL(to_text(accepted{accepted::kind::published, "\"x\"", "r", "e"}),
                  R"({"type":"published","id":"x","room":"r","event_id":"e"})");
  CAF_CHECK_EQUAL(to_text(accepted{accepted::kind::sent, "1", "u", "e"}),
                  R"({"type":"sent","id":1,"user":"u","event_id":"e"})");
  CAF_CHECK_EQUAL(to_text(accepted{accepted::kind::broadcasted, "1", "", "e"}),
                  R"({"type":"broadcasted","id":1,"event_id":"e"})");
  CAF_CHECK_EQUAL(to_text(failure{"1", errc::not_a_member, "no", "r"}),
                  R"({"type":"error","id":1,"code":"not_a_member","room":"r","message":"no"})");
  CAF_CHECK_EQUAL(to_text(failure{"1", errc::rate_limited, "no", {}, 5ms}),
                  R"({"type":"error","id":1,"code":"rate_limited","message":"no",)"
                  R"("retry_after_ms":5})");
  CAF_CHECK_EQUAL(to_text(gap{scope::room, "r", unix_time{1ms}, unix_time{2ms}}),
                  R"({"type":"gap","scope":"room","room":"r","from_ts":1,"to_ts":2})");
  CAF_CHECK_EQUAL(
    to_text(welcome{"c", "u"}, protocol::node_settings{"n", 25s, 100}, unix_time{5ms}),
    R"({"type":"welcome","protocol":1,"connection":"c","user":"u","node":"n",)"
    R"("ping_interval":25,"max_message_bytes":100,"server_time":5})");
  CAF_CHECK_EQUAL(
    protocol::closing_text(close_code::going_away, "bye", 20ms),
    R"({"type":"closing","code":1001,"reason":"bye","reconnect":true,"after_ms":20})");
}
