#define CAF_SUITE http_fields_test

#include "atrium/net/http/http_fields.hpp"

#include "caf/test/unit_test.hpp"

#include <cctype>
#include <string>

using namespace atrium;
using namespace std::string_literals;
namespace http = boost::beast::http;

namespace {

// Returns the elements of a list, each in brackets.
std::string elements(std::string_view list) {
  std::string result;
  for (auto x : elements_of(list))
    result.append("[").append(x).append("]");
  return result;
}

/// A request with these lines, in this order.
http_request with(std::initializer_list<std::pair<std::string, std::string>> lines) {
  http_request x{http::verb::get, "/", 11};
  for (auto& [name, value] : lines)
    x.insert(name, value);
  return x;
}

} // namespace

CAF_TEST(a field is found whatever the case of its name) {
  auto x = with({{"X-Host", "0"}, {"hOST", "1"}, {"Expect", ""}, {"Origin", "2"}, {"Origin", "3"}});
  CAF_CHECK_EQUAL(value_of(x, http::field::host), "1");
  CAF_CHECK_EQUAL(value_of(x, http::field::origin), "2");
  CAF_CHECK(find_field(x, http::field::expect) == "");
  CAF_CHECK(!find_field(x, http::field::upgrade));
  CAF_CHECK_EQUAL(value_of(x, http::field::upgrade), "");
}

CAF_TEST(the elements of a list have no space around them and empty ones do not count) {
  CAF_CHECK_EQUAL(elements(""), "");
  CAF_CHECK_EQUAL(elements(" , ,\t,"), "");
  CAF_CHECK_EQUAL(elements("a"), "[a]");
  CAF_CHECK_EQUAL(elements("a,b"), "[a][b]");
  CAF_CHECK_EQUAL(elements(" a ,\tb\t, c d "), "[a][b][c d]");
}

CAF_TEST(a comma in a quoted string separates nothing) {
  CAF_CHECK_EQUAL(elements(R"("a,b",c)"), R"(["a,b"][c])");
  CAF_CHECK_EQUAL(elements(R"("a\",b",c)"), R"(["a\",b"][c])");
  CAF_CHECK_EQUAL(elements(R"("a\\",b)"), R"(["a\\"][b])");
  // Outside of one a backslash means nothing.
  CAF_CHECK_EQUAL(elements(R"(a\,b)"), R"([a\][b])");
}

CAF_TEST(a quoted string without an end takes the rest) {
  CAF_CHECK_EQUAL(elements(R"(a,"b,c)"), R"([a]["b,c])");
  CAF_CHECK_EQUAL(elements(R"(a,")"), R"([a]["])");
  CAF_CHECK_EQUAL(elements(R"(a,"b\)"), R"([a]["b\])");
}

CAF_TEST(a token is an element as a whole whatever its case) {
  CAF_CHECK(has_token("keep-alive, Upgrade", "upgrade"));
  CAF_CHECK(has_token("UPGRADE", "upgrade"));
  for (auto list : {"", "upgraded", "up", "keep-alive upgrade", "\"upgrade\"", "upgrade;q=1",
                    "\"x, upgrade\"", "upgrade/1"})
    CAF_CHECK(!has_token(list, "upgrade"));
}

CAF_TEST(a media type is compared without its parameters) {
  for (auto value : {"application/json", "Application/JSON", "application/json;charset=utf-8",
                     " application/json ; x", "application/json;"})
    CAF_CHECK(is_media_type(value, "application/json"));
  for (auto value : {"", ";", "application/jsonp", "text/json", "application/json charset=utf-8",
                     "application/json, text/plain", "application / json", "*/*"})
    CAF_CHECK(!is_media_type(value, "application/json"));
}

CAF_TEST(a media type is accepted where it is named and not refused) {
  constexpr auto type = "text/event-stream";
  for (auto accept :
       {"text/event-stream", "text/html, Text/Event-Stream", "text/event-stream;q=0.001",
        "text/event-stream; q=1, */*;q=0", "text/event-stream;charset=utf-8;Q=0.5"})
    CAF_CHECK(names_media_type(accept, type));
  for (auto accept :
       {"", "*/*", "text/*", "text/event-stream;q=0", "text/event-stream; Q=0.000",
        "text/event-stream;charset=utf-8;q=0.", R"("text/event-stream")",
        R"(text/html;x=", text/event-stream")", "text/event-streams", "x text/event-stream"})
    CAF_CHECK(!names_media_type(accept, type));
}

CAF_TEST(lines of one name become one list in their order) {
  auto x = with({{"Connection", "keep-alive"},
                 {"X", "1"},
                 {"connection", "Upgrade"},
                 {"x", "2"},
                 {"CONNECTION", "h2"},
                 {"Single", "a, b"}});
  CAF_CHECK_EQUAL(join_lines(x), "");
  CAF_CHECK_EQUAL(std::string_view{x["Connection"]}, "keep-alive, Upgrade, h2");
  CAF_CHECK_EQUAL(x.count("Connection"), 1u);
  CAF_CHECK_EQUAL(std::string_view{x["X"]}, "1, 2");
  CAF_CHECK_EQUAL(x.count("X"), 1u);
  CAF_CHECK_EQUAL(std::string_view{x["Single"]}, "a, b");
}

CAF_TEST(lines of cookies are parts of one) {
  auto x = with({{"Cookie", "a=1"}, {"cookie", "b=2; c=3"}});
  CAF_CHECK_EQUAL(join_lines(x), "");
  CAF_CHECK_EQUAL(std::string_view{x["Cookie"]}, "a=1; b=2; c=3");
}

// Which of two is meant two programs may see in two ways.
CAF_TEST(what may stand there once only is named when it stands there twice) {
  for (std::string name : {"Host", "Origin", "Authorization", "Content-Type", "Sec-WebSocket-Key",
                           "Sec-WebSocket-Version"}) {
    auto lower = name;
    for (auto& c : lower)
      c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    auto x = with({{name, "a"}, {"X", "1"}, {lower, "a"}});
    CAF_CHECK_EQUAL(join_lines(x), name);
    auto y = with({{name, ""}, {name, ""}});
    CAF_CHECK_EQUAL(join_lines(y), name);
    auto once = with({{name, "a, b"}});
    CAF_CHECK_EQUAL(join_lines(once), "");
    CAF_CHECK_EQUAL(std::string_view{once[name]}, "a, b");
  }
}

CAF_TEST(many lines of many names are joined) {
  http_request x{http::verb::get, "/", 11};
  constexpr int names = 300;
  for (int line = 0; line < 3; ++line)
    for (int i = 0; i < names; ++i)
      x.insert("X-" + std::to_string(i), std::to_string(line));
  CAF_CHECK_EQUAL(join_lines(x), "");
  for (int i = 0; i < names; ++i) {
    CAF_CHECK_EQUAL(x.count("X-" + std::to_string(i)), 1u);
    CAF_CHECK_EQUAL(std::string_view{x["X-" + std::to_string(i)]}, "0, 1, 2");
  }
}
