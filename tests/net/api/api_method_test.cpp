#define CAF_SUITE api_method_test

#include "atrium/net/api/api_method.hpp"

#include "caf/test/unit_test.hpp"

#include <string>

using namespace atrium;
using namespace std::string_literals;

namespace {

api_item read(const std::string& path, const std::string& body, unsigned rights = all_api_rights) {
  auto to = find_api_target(path);
  CAF_REQUIRE(to.has_value());
  return read_api_request(*to, rights, body);
}

template <class Command>
Command read_as(const std::string& method, const std::string& body) {
  auto item = read("/api/" + method, body);
  if (auto* error = std::get_if<api_error>(&item.what))
    CAF_FAIL(error->message);
  return std::get<Command>(std::move(item.what));
}

// Returns the code and the message of a fault, and whether it is malformed.
std::string fault(const std::string& method, const std::string& body,
                  unsigned rights = all_api_rights) {
  auto item = read("/api/" + method, body, rights);
  auto* x = std::get_if<api_error>(&item.what);
  if (x == nullptr)
    return "";
  return std::to_string(x->code) + (x->is_malformed ? "! " : " ") + x->message;
}

api_error error_of(const api_item& x) {
  auto* error = std::get_if<api_error>(&x.what);
  return error ? *error : api_error{};
}

} // namespace

CAF_TEST(each path names its method) {
  for (auto& x : api_methods()) {
    auto to = find_api_target("/api/" + std::string{x.name});
    CAF_REQUIRE(to);
    CAF_CHECK(to->method == &x);
    CAF_CHECK(!to->room);
    CAF_CHECK(find_api_method(x.name) == &x);
  }
  CAF_CHECK(find_api_target("/api")->method == nullptr);
  for (auto path : {"/api/nothing", "/api/Publish", "/api/publish/", "/api//publish",
                    "/api/publish/x", "/api/rooms/close", "/api/openapi.json"})
    CAF_CHECK(!find_api_target(path));
}

CAF_TEST(data is taken as it stands) {
  for (auto data : {"{\"a\" : 1e400, \"a\":2 }", "[ 12345678901234567890 ]", "null", "\"\\u00e9\"",
                    "\"\xC3\xA9\"", "0.10"}) {
    auto x = read_as<api_publish>("publish", R"({"channel":"a","data": )"s + data + " }");
    CAF_CHECK_EQUAL(x.what.data, data);
    CAF_CHECK_EQUAL(x.channel, "a");
    CAF_CHECK(x.what.event_id.empty() && !x.skip_history);
  }
  auto x = read_as<api_publish>("publish", R"({"channel":"a","b64data":"eyJhIjoxfQ=="})");
  CAF_CHECK_EQUAL(x.what.data, R"({"a":1})");
}

CAF_TEST(optional fields are read and null is none) {
  auto x = read_as<api_publish>(
    "publish", R"({"channel":"a","data":1,"idempotency_key":"k-1","skip_history":true,)"
               R"("tags":null,"delta":true,"version":0,"b64data":"","unknown":[]})");
  CAF_CHECK_EQUAL(x.what.event_id, "k-1");
  CAF_CHECK(x.skip_history);
  auto history = read_as<api_history>(
    "history", R"({"channel":"a","limit":-1,"since":{"offset":7,"epoch":"e"},"reverse":true})");
  CAF_CHECK_EQUAL(history.limit, -1);
  CAF_CHECK(history.reverse);
  CAF_CHECK(history.since == (position{"e", 7}));
  history = read_as<api_history>("history", R"({"channel":"a","limit":null,"since":null})");
  CAF_CHECK(!history.since && history.limit == 0 && !history.reverse);
}

CAF_TEST(a fault names its field) {
  CAF_CHECK_EQUAL(fault("publish", R"({"data":1})"), "107 channel: is missing");
  CAF_CHECK_EQUAL(fault("publish", R"({"channel":"a"})"), "107 data: is missing");
  CAF_CHECK_EQUAL(fault("publish", R"({"channel":7,"data":1})"), "107! channel: has to be a text");
  CAF_CHECK(fault("publish", R"({"channel":"","data":1})").starts_with("107 channel: has to be a"));
  CAF_CHECK(fault("send", R"({"user":"a\u0000b","data":1})").starts_with("107 user: has to be a"));
  CAF_CHECK(fault("publish", R"({"channel":"a","data":1,"idempotency_key":"not one"})")
              .starts_with("107! idempotency_key: has to be an event id"));
  CAF_CHECK_EQUAL(fault("publish", R"({"channel":"a","data":1,"tags":{"a":"b"}})"),
                  "107 tags: is not supported");
  CAF_CHECK_EQUAL(fault("publish", R"({"channel":"a","b64data":"%%%%"})"),
                  "107! b64data: has to be a text in base64");
  CAF_CHECK_EQUAL(fault("publish", R"({"channel":"a","b64data":"YWJj"})"),
                  "107 b64data: has to be base64 of one JSON value in UTF-8");
  CAF_CHECK_EQUAL(fault("broadcast", R"({"channels":[],"data":1})"), "107 channels: is missing");
  CAF_CHECK_EQUAL(fault("broadcast", R"({"channels":["a",1],"data":1})"),
                  "107! channels: has to be a text");
  CAF_CHECK_EQUAL(fault("broadcast", R"({"channels":{},"data":1})"),
                  "107! channels: has to be a list of texts");
  CAF_CHECK_EQUAL(fault("history", R"({"channel":"a","limit":1.5})"),
                  "107! limit: has to be an integer of 32 bits");
  CAF_CHECK(fault("history", R"({"channel":"a","since":{"offset":-1}})").starts_with("107! since"));
  CAF_CHECK(
    fault("history", R"({"channel":"a","reverse":true,"since":{}})").starts_with("107 since"));
  for (auto body : {"", "[]", "{", "{}x", "\xFF", "nope"})
    CAF_CHECK(fault("publish", body).starts_with("107! "));
}

CAF_TEST(a key that lacks the right is denied) {
  CAF_CHECK(fault("publish", R"({"channel":"a","data":1})", api_read_right).starts_with("103"));
  CAF_CHECK_EQUAL(fault("publish", R"({"channel":"a","data":1})", api_publish_right), "");
  CAF_CHECK(fault("history_remove", R"({"channel":"a"})", api_read_right).starts_with("103"));
  CAF_CHECK_EQUAL(fault("rpc", "{}", 0), "");
}

CAF_TEST(the body may name the method) {
  auto item = read("/api", R"({"method":"publish","params":{"channel":"a","data":[1]}})");
  CAF_REQUIRE(std::holds_alternative<api_publish>(item.what));
  CAF_CHECK_EQUAL(std::get<api_publish>(item.what).what.data, "[1]");
  CAF_CHECK(std::holds_alternative<api_info>(read("/api", R"({"method":"info"})").what));
  CAF_CHECK_EQUAL(error_of(read("/api", R"({"method":"nothing"})")).code, 104u);
  CAF_CHECK_EQUAL(error_of(read("/api", "{}")).code, 104u);
  CAF_CHECK_EQUAL(error_of(read("/api", R"({"method":"info"})", api_publish_right)).code, 103u);
}

CAF_TEST(each command of a batch is read by itself) {
  auto item = read("/api/batch",
                   R"({"parallel":true,"commands":[)"
                   R"({"publish":{"channel":"a","data":1}},)"
                   R"({"publish":{"channel":1,"data":1}},)"
                   R"({"nothing":{}},{"batch":{"commands":[]}},)"
                   R"({"info":{}},{"info":{},"rpc":{}},7]})",
                   api_publish_right);
  CAF_REQUIRE(std::holds_alternative<api_batch>(item.what));
  auto& x = std::get<api_batch>(item.what);
  CAF_CHECK(x.parallel);
  CAF_REQUIRE_EQUAL(x.items.size(), 7u);
  CAF_CHECK(std::holds_alternative<api_publish>(x.items[0].what));
  std::string codes;
  for (auto& each : x.items)
    codes += std::to_string(error_of(each).code) + ' ';
  CAF_CHECK_EQUAL(codes, "0 107 104 107 103 107 107 ");
}

CAF_TEST(a batch has a bound also by its broadcasts) {
  std::string channels;
  for (int i = 0; i < 5'001; ++i)
    channels += (i == 0 ? "\"" : ",\"") + std::to_string(i) + '"';
  auto broadcast = R"({"broadcast":{"channels":[)" + channels + R"(],"data":1}})";
  CAF_CHECK_EQUAL(fault("batch", R"({"commands":[)" + broadcast + "]}"), "");
  CAF_CHECK(fault("batch", R"({"commands":[)" + broadcast + "," + broadcast + "]}")
              .starts_with("107 commands: are more than 10000"));
  CAF_CHECK_EQUAL(fault("batch", "{}"), "107 commands: is missing");
  CAF_CHECK_EQUAL(fault("batch", R"({"commands":7})"), "107! commands: has to be a list");
}

CAF_TEST(a room stands in the body or in the path) {
  CAF_CHECK_EQUAL(read_as<api_close_room>("close_room", R"({"channel":"a/b"})").channel, "a/b");
  CAF_CHECK_EQUAL(fault("close_room", "{}"), "107 channel: is missing");
  CAF_CHECK(fault("close_room", R"({"channel":"a"})", api_read_right).starts_with("103"));
  auto item = read("/api/rooms/a%2Fb%20%C3%A9/close", "");
  CAF_REQUIRE(std::holds_alternative<api_close_room>(item.what));
  CAF_CHECK_EQUAL(std::get<api_close_room>(item.what).channel, "a/b \xC3\xA9");
  CAF_CHECK_EQUAL(error_of(read("/api/rooms/%00/close", "")).code, 107u);
  CAF_CHECK_EQUAL(error_of(read("/api/rooms/%FF/close", "")).code, 107u);
  for (auto path : {"/api/rooms//close", "/api/rooms/a/b/close", "/api/rooms/%zz/close",
                    "/api/rooms/a/close/", "/api/rooms/a/open", "/api/rooms/a"})
    CAF_CHECK(!find_api_target(path));
}

CAF_TEST(several commands may follow each other) {
  auto item = read("/api", R"({"method":"info"}{"method":"nothing"} {"method":"rpc"})"
                           "\n");
  CAF_REQUIRE(std::holds_alternative<api_batch>(item.what));
  auto& x = std::get<api_batch>(item.what);
  CAF_CHECK(x.is_lines);
  CAF_REQUIRE_EQUAL(x.items.size(), 3u);
  CAF_CHECK_EQUAL(error_of(x.items[1]).code, 104u);
  for (auto body : {R"({"method":"info"}x)", R"({"method":"info"}{)"})
    CAF_CHECK(error_of(read("/api", body)).is_malformed);
  // A batch among them counts as all that it has.
  std::string infos = R"({"info":{}})";
  for (int i = 1; i < 5'001; ++i)
    infos += R"(,{"info":{}})";
  auto batch = R"({"method":"batch","params":{"commands":[)" + infos + "]}}";
  CAF_CHECK_EQUAL(error_of(read("/api", batch + R"({"method":"info"})")).message, "");
  CAF_CHECK_EQUAL(error_of(read("/api", batch + batch)).message,
                  "there are more than 10000 commands");
}

CAF_TEST(what is done to connections is read) {
  auto x
    = read_as<user_command>("disconnect", R"({"user":"ann","client":"run-1","whitelist":["run-2"],)"
                                          R"("disconnect":{"code":4100,"reason":"enough"}})");
  CAF_CHECK_EQUAL(x.user, "ann");
  CAF_CHECK_EQUAL(x.connection, "run-1");
  CAF_CHECK(x.spared == std::vector<std::string>{"run-2"});
  auto& close = std::get<user_command::close>(x.what);
  CAF_CHECK_EQUAL(static_cast<int>(close.code), 4100);
  CAF_CHECK_EQUAL(close.reason, "enough");
  x = read_as<user_command>("disconnect", R"({"user":"ann","disconnect":{"code":0}})");
  CAF_CHECK(std::get<user_command::close>(x.what).code == close_code::disconnected);
  x = read_as<user_command>("refresh", R"({"user":"ann","expire_at":1700000000})");
  CAF_CHECK(std::get<user_command::renew>(x.what).expires
            == unix_time{std::chrono::seconds{1'700'000'000}});
  x = read_as<user_command>("refresh", R"({"user":"ann","expired":true})");
  CAF_CHECK(std::get<user_command::renew>(x.what).expired);
  CAF_CHECK_EQUAL(fault("disconnect", R"({"user":"a","disconnect":{"code":3500}})"),
                  "107 disconnect: code: has to be one of 4000 to 4999, or 1000, 1001, "
                  "1003, 1007, 1008, 1011 or 1013");
  CAF_CHECK_EQUAL(fault("subscribe", R"({"user":"a","channel":"b","session":"c"})"),
                  "107 session: is not supported");
  CAF_CHECK(fault("subscribe", R"({"user":"a","channel":"b","client":"x y"})")
              .starts_with("107 client: has to be"));
  CAF_CHECK(fault("disconnect", R"({"user":"a","client":"b","whitelist":["x y"]})")
              .starts_with("107 whitelist: has to be"));
}
