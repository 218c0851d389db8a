#define CAF_SUITE protocol_test

#include "atrium/actors/publication.hpp"
#include "atrium/net/protocol/protocol.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;
using namespace std::literals;

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

// The code, and the field that the message begins with.
std::string mistake(std::string_view text) {
  auto result = protocol::parse_request(text);
  CAF_REQUIRE(std::holds_alternative<failure>(result));
  auto& x = std::get<failure>(result);
  return std::string{to_string(x.code)} + " " + x.message.substr(0, x.message.find(' '));
}

publication_ptr publication_of(const std::string& bytes) {
  auto shared = std::make_shared<const std::string>(bytes);
  return std::make_shared<const publication>(shared, std::get<packet>(decode_packet(*shared)));
}

std::string packet_of(scope to) {
  envelope x;
  x.event_id = "e";
  x.to = to;
  x.target = "r";
  x.time = unix_time{5ms};
  x.data = "1";
  return encode_packet(x, false);
}

publication_ptr stored(std::uint64_t offset, std::uint64_t previous) {
  return publication_of(with_position(packet_of(scope::room), {"1a", offset, previous}));
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

CAF_TEST(a message to a user may be durable) {
  CAF_CHECK(!parse<send_request>(R"({"type":"send","user":"u","data":0})").durable);
  CAF_CHECK(!parse<send_request>(R"({"type":"send","user":"u","data":0,"durable":false})").durable);
  CAF_CHECK(parse<send_request>(R"({"type":"send","user":"u","data":0,"durable":true})").durable);
  CAF_CHECK_EQUAL(mistake(R"({"type":"send","user":"u","data":0,"durable":1})"),
                  "bad_request 'durable'");
  accepted x{accepted::kind::sent, "7", "u", "e"};
  CAF_CHECK_EQUAL(protocol::to_text(x), R"({"type":"sent","id":7,"user":"u","event_id":"e"})");
  x.inbox_id = "5-0";
  CAF_CHECK_EQUAL(protocol::to_text(x),
                  R"({"type":"sent","id":7,"user":"u","event_id":"e","inbox_id":"5-0"})");
}

CAF_TEST(a device acknowledges by the id of a message) {
  auto x = parse<ack_request>(R"({"type":"ack","id":7,"inbox_id":"12-3"})");
  CAF_CHECK_EQUAL(x.id, "7");
  CAF_CHECK_EQUAL(x.inbox_id, "12-3");
  for (auto bad : {R"({"type":"ack"})", R"({"type":"ack","inbox_id":5})",
                   R"({"type":"ack","inbox_id":""})", R"({"type":"ack","inbox_id":"5"})",
                   R"({"type":"ack","inbox_id":"05-0"})", R"({"type":"ack","inbox_id":"5-0 "})"})
    CAF_CHECK_EQUAL(mistake(bad), "bad_request 'inbox_id'");
  CAF_CHECK_EQUAL(protocol::to_text(acked{"7"}), R"({"type":"acked","id":7})");
}

CAF_TEST(a durable message has its id in the inbox) {
  auto x = publication_of(with_inbox(packet_of(scope::user), {"12-3", "11-0"}));
  CAF_CHECK_EQUAL(x->inbox_id(), "12-3");
  CAF_CHECK_EQUAL(x->inbox_previous(), "11-0");
  std::string text;
  protocol::append_stored(text, *x);
  CAF_CHECK_EQUAL(text,
                  R"({"type":"message","inbox_id":"12-3","v":1,"event_id":"e","scope":"user",)"
                  R"("user":"r","ts":5,"data":1})");
}

CAF_TEST(a welcome names the device) {
  welcome x{"c", "u"};
  CAF_CHECK(protocol::to_text(x, {}, {}).find("device") == std::string::npos);
  x.device = "phone";
  CAF_CHECK(protocol::to_text(x, {}, {}).find(R"("device":"phone")") != std::string::npos);
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

CAF_TEST(a join and a history may say from where) {
  auto join = R"({"type":"join","room":"r")";
  auto history = R"({"type":"history","room":"r")";
  auto since = R"(,"since":{"offset":9007199254740991,"more":[{}],"epoch":"0z"})";
  auto at = position{"0z", 9'007'199'254'740'991};
  CAF_CHECK(!parse<join_request>(join + "}"s).since);
  CAF_CHECK(parse<join_request>(join + ""s + since + "}").since == at);
  CAF_CHECK(parse<join_request>(join + R"(,"since":{"epoch":"a","offset":0}})"s).since
            == (position{"a", 0}));
  auto x = parse<history_request>(history + "}"s);
  CAF_CHECK(!x.since && x.limit == 100 && !x.reverse);
  auto y = parse<history_request>(history + ""s + since + R"(,"limit":1000,"reverse":true})");
  CAF_CHECK(y.since == at && y.limit == 1000 && y.reverse);
  CAF_CHECK_EQUAL(parse<history_request>(history + R"(,"limit":1})"s).limit, 1U);
  // Of equal members the last one counts, as everywhere.
  CAF_CHECK(
    parse<join_request>(R"({"type":"join","room":"r","since":1,"since":{"epoch":"b","epoch":"c",)"
                        R"("offset":-1,"offset":7}})")
      .since
    == (position{"c", 7}));
}

CAF_TEST(a position that is malformed is named) {
  auto long_epoch = '"' + std::string(33, 'a') + '"';
  for (auto bad : {"null"s,
                   "0"s,
                   "true"s,
                   "\"a\""s,
                   "[]"s,
                   "{}"s,
                   R"({"epoch":"a"})"s,
                   R"({"offset":1})"s,
                   R"({"epoch":"","offset":1})"s,
                   R"({"epoch":"A","offset":1})"s,
                   R"({"epoch":"a b","offset":1})"s,
                   R"({"epoch":"\u00e4","offset":1})"s,
                   R"({"epoch":1,"offset":1})"s,
                   R"({"epoch":null,"offset":1})"s,
                   R"({"epoch":"a","offset":-1})"s,
                   R"({"epoch":"a","offset":1.0})"s,
                   R"({"epoch":"a","offset":1e2})"s,
                   R"({"epoch":"a","offset":"1"})"s,
                   R"({"epoch":"a","offset":null})"s,
                   R"({"epoch":"a","offset":9007199254740992})"s,
                   R"({"epoch":"a","offset":99999999999999999999})"s,
                   R"({"epoch":)" + long_epoch + R"(,"offset":1})"})
    for (auto type : {"join", "history"})
      CAF_CHECK_EQUAL(mistake(R"({"type":")"s + type + R"(","room":"r","since":)" + bad + "}"),
                      "bad_request 'since'");
  for (auto bad : {"null", "0", "-1", "1.0", "1e1", "1001", "\"1\"", "[]", "99999999999999999999"})
    CAF_CHECK_EQUAL(mistake(R"({"type":"history","room":"r","limit":)"s + bad + "}"),
                    "bad_request 'limit'");
  for (auto bad : {"null", "0", "\"true\""})
    CAF_CHECK_EQUAL(mistake(R"({"type":"history","room":"r","reverse":)"s + bad + "}"),
                    "bad_request 'reverse'");
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
  CAF_CHECK_EQUAL(to_text(answered{"7", "r\"", R"({"b":1,"a":[ ]})"}),
                  R"({"type":"answered","id":7,"room":"r\"","data":{"b":1,"a":[ ]}})");
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

CAF_TEST(replies tell positions in a history) {
  using protocol::to_text;
  position at{"a1", 7};
  CAF_CHECK_EQUAL(to_text(joined{"1", "r", at}),
                  R"({"type":"joined","id":1,"room":"r","epoch":"a1","offset":7})");
  CAF_CHECK_EQUAL(
    to_text(joined{"1", "r", at, false}),
    R"({"type":"joined","id":1,"room":"r","epoch":"a1","offset":7,"recovered":false})");
  CAF_CHECK_EQUAL(to_text(accepted{accepted::kind::published, "1", "r", "e", at}),
                  R"({"type":"published","id":1,"room":"r","event_id":"e","offset":7})");
  CAF_CHECK_EQUAL(to_text(gap{scope::room, "r", unix_time{1ms}, unix_time{2ms}, at}),
                  R"({"type":"gap","scope":"room","room":"r","from_ts":1,"to_ts":2,)"
                  R"("epoch":"a1","offset":7})");
}

CAF_TEST(a history is told as messages with their offsets) {
  using protocol::to_text;
  stored_messages none{"1", "r", {"a1", 7}, true, false, {}};
  CAF_CHECK_EQUAL(to_text(none), R"({"type":"history","id":1,"room":"r","epoch":"a1","offset":7,)"
                                 R"("recovered":false,"more":false,"messages":[]})");
  reply as_reply{none};
  CAF_CHECK_EQUAL(protocol::id_of(as_reply), "1");
  std::string rest = R"("v":1,"event_id":"e","scope":"room","room":"r","ts":5,"data":1})";
  CAF_CHECK_EQUAL(
    to_text(stored_messages{"", "r", {"a1", 9}, false, true, {stored(6, 5), stored(9, 6)}}),
    R"({"type":"history","room":"r","epoch":"a1","offset":9,"recovered":true,"more":true,)"
    R"("messages":[{"type":"message","offset":6,)"
      + rest + R"(,{"type":"message","offset":9,"previous":6,)" + rest + "]}");
}

CAF_TEST(who is in a room is told as a list or as a number) {
  using protocol::to_text;
  joined in{"1", "r"};
  in.present = 3;
  CAF_CHECK_EQUAL(to_text(in), R"({"type":"joined","id":1,"room":"r","present":3})");
  CAF_CHECK_EQUAL(to_text(present_list{"1", "r", 7, std::nullopt}),
                  R"({"type":"presence","id":1,"room":"r","present":7})");
  std::vector<present_user> users{{"a\"", 2, unix_time{5ms}, R"({"c":1})"},
                                  {"b", 1, unix_time{6ms}, {}}};
  CAF_CHECK_EQUAL(to_text(present_list{"", "r", 7, users}),
                  R"({"type":"presence","room":"r","present":7,"users":[)"
                  R"({"user":"a\"","connections":2,"since":5,"info":{"c":1}},)"
                  R"({"user":"b","connections":1,"since":6}]})");
  CAF_CHECK_EQUAL(to_text(present_list{"", "r", 0, std::vector<present_user>{}}),
                  R"({"type":"presence","room":"r","present":0,"users":[]})");
}
