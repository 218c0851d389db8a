#define CAF_SUITE claims_test

#include "atrium/net/auth/claims.hpp"
#include "atrium/net/auth/url_authenticator.hpp"
#include "atrium/net/http/credentials.hpp"
#include "atrium/net/http_client/http_url.hpp"

#include "caf/test/unit_test.hpp"
#include "support/signing_keys.hpp"

using namespace atrium;
using namespace std::chrono_literals;

namespace http = boost::beast::http;

CAF_TEST(base64url is read strictly) {
  for (auto& text : {"", "a", "ab", "abc", "abcd", "\xFF\xFE\xFB"})
    CAF_CHECK_EQUAL(decode_base64url(encode_base64url(text)).value_or("?"), text);
  for (auto& text : {"", "a", "ab", "abc", "abcd", "\xFF\xFE\xFB"})
    CAF_CHECK_EQUAL(encode_base64url(text), test::encode_base64url(text));
  for (auto& text : {"a", "abcde", "ab=", "ab==", "a+b/", "a b", "ab\n"})
    CAF_CHECK(!decode_base64url(text));
}

CAF_TEST(a token is found wherever it is carried) {
  struct {
    std::string target;
    std::string authorization;
    std::string protocols;
    std::string token;
  } table[] = {
    {"/ws", "", "", ""},
    {"/ws?token=a.b.c", "", "", "a.b.c"},
    {"/ws?x=1&token=a%2Eb", "", "", "a.b"},
    {"/ws", "Bearer a.b.c", "", "a.b.c"},
    {"/ws", "bearer a.b.c", "", "a.b.c"},
    {"/ws", "BEARER   a.b.c", "", "a.b.c"},
    {"/ws", "Bearer", "", ""},
    {"/ws", "Bearer  ", "", ""},
    {"/ws", "Basic a.b.c", "", ""},
    {"/ws", "", "atrium.v1, bearer.a.b.c", "a.b.c"},
    {"/ws", "", "bearer.a.b.c,atrium.v1", "a.b.c"},
    {"/ws", "", "atrium.v1", ""},
    {"/ws", "", ",other/1 ,, bearer.a.b.c", "a.b.c"},
    {"/ws?token=q", "Bearer h", "bearer.p", "h"},
    {"/ws?token=q", "", "bearer.p", "p"},
  };
  for (auto& row : table) {
    http_request x{http::verb::get, row.target, 11};
    if (!row.authorization.empty())
      x.set(http::field::authorization, row.authorization);
    if (!row.protocols.empty())
      x.set(http::field::sec_websocket_protocol, row.protocols);
    CAF_CHECK_EQUAL(token_of(x), row.token);
    CAF_CHECK_EQUAL(offers_subprotocol(x, "atrium.v1"),
                    row.protocols.find("atrium.v1") != std::string::npos);
  }
}

CAF_TEST(only named headers go to the backend) {
  http_request x{http::verb::get, "/ws", 11};
  x.set("Cookie", "session=1");
  x.set("X-Secret", "2");
  auto shown = credentials_of(x, "192.0.2.1", {"cookie", "User-Agent"});
  CAF_CHECK_EQUAL(shown.ip, "192.0.2.1");
  CAF_REQUIRE_EQUAL(shown.headers.size(), 1U);
  CAF_CHECK_EQUAL(shown.headers[0].second, "session=1");
}

CAF_TEST(the address of a backend is read) {
  auto x = parse_http_url("http://backend.example:81/auth?x=1");
  CAF_REQUIRE(x.has_value());
  CAF_CHECK_EQUAL(x->host, "backend.example");
  CAF_CHECK_EQUAL(x->port, 81u);
  CAF_CHECK_EQUAL(x->target, "/auth?x=1");
  CAF_CHECK_EQUAL(x->authority, "backend.example:81");
  auto v6 = parse_http_url("http://[::1]");
  CAF_REQUIRE(v6.has_value());
  CAF_CHECK_EQUAL(v6->host, "::1");
  CAF_CHECK_EQUAL(v6->port, 80u);
  CAF_CHECK_EQUAL(v6->target, "/");
  for (auto& text : {"", "http://", "https://x", "http://x:y", "http://x:0", "http://u:p@x/",
                     "http://x/a b", "http://x/\r\n"})
    CAF_CHECK(!parse_http_url(text));
}

CAF_TEST(the answer of a backend is read) {
  struct {
    std::string body;
    std::string user; // empty: refused
  } table[] = {
    {R"({"user":"ann"})", "ann"},
    {R"({"user":"ann","rooms":{"r":["join"]},"expires_at":1800000000000})", "ann"},
    {R"({"user":""})", ""},
    {R"({"user":"ann","rooms":{"r":"join+publish"}})", "ann"},
    {R"({"user":5})", ""},
    {R"({"user":"a\u0000b"})", ""},
    {R"({})", ""},
    {R"([])", ""},
    {"", ""},
    {"\xFF", ""},
    {R"({"user":"ann","rooms":[]})", ""},
    {R"({"user":"ann","expires_at":"soon"})", ""},
    {R"({"user":"ann","expires_at":99999999999999999})", ""},
  };
  for (auto& row : table) {
    auto x = read_backend_answer(row.body, nullptr);
    if (auto* who = std::get_if<identity>(&x))
      CAF_CHECK_EQUAL(who->user, row.user);
    else
      CAF_CHECK(row.user.empty() && std::get<failure>(x).code == errc::auth_broken);
  }
  auto x = read_backend_answer(table[1].body, nullptr);
  auto& who = std::get<identity>(x);
  CAF_CHECK(who.expires == unix_time{1'800'000'000'000ms});
  CAF_CHECK(who.may->permits(join_request{{}, "r"}));
  CAF_CHECK(!who.may->permits(send_request{}));
}
