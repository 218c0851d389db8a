#define CAF_SUITE http_rules_test

#include "atrium/net/http/http_rules.hpp"

#include "caf/test/unit_test.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>

#include <string>

using namespace atrium;
using namespace std::string_literals;
namespace http = boost::beast::http;

namespace {

/// A request with these lines, and a Host unless one of them is.
http_request with(std::initializer_list<std::pair<std::string, std::string>> lines,
                  std::string_view target = "/") {
  http_request x{http::verb::get, target, 11};
  for (auto& [name, value] : lines)
    x.insert(name, value);
  if (x.count(http::field::host) == 0)
    x.set(http::field::host, "node");
  return x;
}

// Returns what is wrong with a request, after the status that says so; "" if nothing is.
std::string flaw_in(http_request x) {
  auto flaw = make_sound(x);
  return flaw ? std::to_string(flaw->status) + ' ' + flaw->why : std::string{};
}

// Returns the target that a request has when it is sound; "" when it never is.
std::string target_of(std::string_view target, http::verb method = http::verb::get) {
  auto x = with({}, target);
  x.method(method);
  return make_sound(x) ? std::string{} : std::string{x.target()};
}

// Returns the host of a request with this target, which names it.
std::string host_of(std::string_view target) {
  auto x = with({{"Host", "another"}}, target);
  return make_sound(x) ? std::string{} : std::string{x[http::field::host]};
}

constexpr auto bad_host = "400 the Host is not one";
constexpr auto bad_target = "400 the target is not a path";
constexpr auto bad_coding = "400 unknown Transfer-Encoding";

} // namespace

CAF_TEST(a request has one Host) {
  CAF_CHECK_EQUAL(flaw_in(http_request{http::verb::get, "/", 11}), "400 there is no Host");
  CAF_CHECK_EQUAL(flaw_in(http_request{http::verb::get, "/", 10}), "");
  CAF_CHECK_EQUAL(flaw_in(with({{"Host", "a"}, {"host", "a"}})), "400 more than one Host");
  CAF_CHECK_EQUAL(flaw_in(with({{"Host", "a"}, {"X", "1"}, {"Host", "b"}})),
                  "400 more than one Host");
  // The target names another one, but two stay two.
  CAF_CHECK_EQUAL(flaw_in(with({{"Host", "a"}, {"Host", "b"}}, "http://c/")),
                  "400 more than one Host");
}

CAF_TEST(a Host is a name or an address and may have a port) {
  for (auto host : {"", "node", "node.example:8080", "127.0.0.1", "[::1]", "[::ffff:1.2.3.4]:80",
                    "node:", "a%20b", "x_y~z"})
    CAF_CHECK_EQUAL(flaw_in(with({{"Host", host}})), "");
  for (auto& host : {"a b"s,        "a/b"s,       "a,b c"s,   "user@node"s,
                     "node:80:80"s, "node:http"s, "node:-1"s, "[::1"s,
                     "[]"s,         "[node]"s,    "[::1]80"s, "[::1]:x"s,
                     "::1"s,        "node\\x"s,   "no\0de"s,  "n\xc3\xb6\x64\x65"s,
                     "<script>"s,   "node?"s,     "node#"s,   "\"node\""s,
                     "a]"s})
    CAF_CHECK_EQUAL(flaw_in(with({{"Host", host}})), bad_host);
}

CAF_TEST(a field that is no list stands there once) {
  auto twice = "400 a field that is no list stands there twice";
  CAF_CHECK_EQUAL(flaw_in(with({{"Authorization", "a"}, {"Authorization", "b"}})), twice);
  CAF_CHECK_EQUAL(flaw_in(with({{"Origin", "http://a"}, {"origin", "http://a"}})), twice);
  CAF_CHECK_EQUAL(flaw_in(with({{"Connection", "a"}, {"Connection", "b"}})), "");
}

// Two programs must not see the end of a body at two places.
CAF_TEST(that its last and only coding is chunked is all that says where a body ends) {
  CAF_CHECK_EQUAL(flaw_in(with({{"Transfer-Encoding", "chunked"}})), "");
  CAF_CHECK_EQUAL(flaw_in(with({{"Transfer-Encoding", ", Chunked ,"}})), "");
  for (auto coding :
       {"", ",", "identity", "xchunked", "chunkedx", "chunked, identity", "chunked, chunked",
        "chunked, gzip, chunked", "\"chunked\"", "chunked;q=1", "chunked x", "chunked\v"})
    CAF_CHECK_EQUAL(flaw_in(with({{"Transfer-Encoding", coding}})), bad_coding);
  CAF_CHECK_EQUAL(
    flaw_in(with({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "identity"}})),
    bad_coding);
  CAF_CHECK_EQUAL(
    flaw_in(with({{"Transfer-Encoding", "chunked"}, {"transfer-encoding", "chunked"}})),
    bad_coding);
  CAF_CHECK_EQUAL(flaw_in(with({{"Transfer-Encoding", "gzip, chunked"}})),
                  "501 of Transfer-Encoding only chunked is known");
  auto old = with({{"Transfer-Encoding", "chunked"}});
  old.version(10);
  CAF_CHECK_EQUAL(flaw_in(old), "400 HTTP/1.0 has no Transfer-Encoding");
}

CAF_TEST(of a path only what needs no escape is decoded) {
  CAF_CHECK_EQUAL(target_of("/ws?user=a%41"), "/ws?user=a%41");
  CAF_CHECK_EQUAL(target_of("/%77s"), "/ws");
  CAF_CHECK_EQUAL(target_of("/%7E%2d%5F%30"), "/~-_0");
  CAF_CHECK_EQUAL(target_of("/%77s?%77=%77"), "/ws?%77=%77");
  for (auto path : {"/a%2Fb", "/a%2fb", "/a%3Fb", "/a%23b", "/a%25b", "/%00", "/%20", "/%C3%BC",
                    "/a%5Cb", "/a+b"})
    CAF_CHECK_EQUAL(target_of(path), path);
  for (auto path : {"/%", "/%7", "/%7g", "/%g7", "/%%", "/%-1", "/%+1", "/% 7"})
    CAF_CHECK_EQUAL(target_of(path), path);
}

// What is decoded may not become an escape of its own, nor a way out of a folder here only.
CAF_TEST(a path is decoded once and its dots stay) {
  CAF_CHECK_EQUAL(target_of("/%2577s"), "/%2577s");
  CAF_CHECK_EQUAL(target_of("/%25%37%37s"), "/%2577s");
  CAF_CHECK_EQUAL(target_of("/%%37%37s"), "/%77s");
  CAF_CHECK_EQUAL(target_of("/a/%2e%2E/b"), "/a/../b");
  CAF_CHECK_EQUAL(target_of("/a/../b"), "/a/../b");
  CAF_CHECK_EQUAL(target_of("//b"), "//b");
}

CAF_TEST(of a target that names a host only that one counts) {
  CAF_CHECK_EQUAL(host_of("http://node:80/ws"), "node:80");
  CAF_CHECK_EQUAL(host_of("HTTPS://[::1]"), "[::1]");
  CAF_CHECK_EQUAL(target_of("http://node/ws?user=a"), "/ws?user=a");
  CAF_CHECK_EQUAL(target_of("http://node"), "/");
  CAF_CHECK_EQUAL(target_of("http://node?user=a"), "/?user=a");
  CAF_CHECK_EQUAL(target_of("http://node/%77s?%77"), "/ws?%77");
  CAF_CHECK_EQUAL(target_of("http://node//evil"), "//evil");
}

CAF_TEST(a target is a path) {
  for (auto target : {"", "ws", "?x", "#", "node:443", "ftp://node/", "http:/node", "http:///ws",
                      "http://", "http://user@node/", "http://no de/", "http://node:x/",
                      "http://[::1/", "httpx://node/", "://node/", "*", "**", "*/", "\\ws"})
    CAF_CHECK_EQUAL(flaw_in(with({}, target)), bad_target);
}

CAF_TEST(a star is for OPTIONS) {
  CAF_CHECK_EQUAL(target_of("*", http::verb::options), "*");
  CAF_CHECK_EQUAL(target_of("http://node", http::verb::options), "*");
  CAF_CHECK_EQUAL(target_of("http://node/", http::verb::options), "/");
  CAF_CHECK_EQUAL(target_of("*", http::verb::head), "");
}

CAF_TEST(CONNECT is not judged by its target) {
  CAF_CHECK_EQUAL(target_of("node:443", http::verb::connect), "node:443");
}

CAF_TEST(what the parser refuses has a status) {
  auto status = [](auto error, std::string_view bytes = "GET / HTTP/1.1\r\n") {
    auto flaw = flaw_of(error, bytes);
    return flaw ? flaw->status : 0;
  };
  CAF_CHECK_EQUAL(status(http::error::header_limit), 431u);
  CAF_CHECK_EQUAL(status(http::error::body_limit), 413u);
  for (auto error : {http::error::bad_method, http::error::bad_target, http::error::bad_value,
                     http::error::bad_content_length, http::error::bad_chunk})
    CAF_CHECK_EQUAL(status(make_error_code(error)), 400u);
  CAF_CHECK_EQUAL(status(http::error::end_of_stream), 0u);
  CAF_CHECK_EQUAL(status(http::error::partial_message), 0u);
  CAF_CHECK_EQUAL(status(boost::asio::error::connection_reset), 0u);
  CAF_CHECK_EQUAL(status(boost::asio::error::operation_aborted), 0u);
}

CAF_TEST(another version is told from rubbish) {
  auto status
    = [](std::string_view bytes) { return flaw_of(http::error::bad_version, bytes)->status; };
  for (auto line : {"GET / HTTP/2.0\r\n", "GET / HTTP/1.2\r\nX: HTTP/1.1\r\n", "GET / HTTP/0.9",
                    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"})
    CAF_CHECK_EQUAL(status(line), 505u);
  for (auto& line : {""s, "\r\n"s, " "s, "GET"s, "GET /"s, "GET / HTTP/1"s, "GET / HTTP/11.1"s,
                     "GET / http/2.0"s, "GET / HTTP/x.y"s, "GET / HTTP/2,0"s, "GET / HTTP/2.0 "s,
                     "GET / HTTP/\xff.0"s, "GET / HTTP/1.1\r\n"s, std::string(100'000, ' ')})
    CAF_CHECK_EQUAL(status(line), 400u);
}

CAF_TEST(who waits for 100 says so by version 1 point 1) {
  CAF_CHECK(waits_for_continue(with({{"Expect", "100-Continue"}})));
  CAF_CHECK(!waits_for_continue(with({})));
  CAF_CHECK(!waits_for_continue(with({{"Expect", "100-continued"}})));
  auto old = with({{"Expect", "100-continue"}});
  old.version(10);
  CAF_CHECK(!waits_for_continue(old));
}

// The dates of RFC 9110, 5.6.7, and of a leap day.
CAF_TEST(dates are those of HTTP) {
  auto at = [](std::time_t x) { return http_date(std::chrono::system_clock::from_time_t(x)); };
  CAF_CHECK_EQUAL(at(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT");
  CAF_CHECK_EQUAL(at(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  CAF_CHECK_EQUAL(at(951'827'696), "Tue, 29 Feb 2000 12:34:56 GMT");
}
