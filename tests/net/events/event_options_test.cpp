#define CAF_SUITE event_options_test

#include "atrium/broker/util/random_id.hpp"
#include "atrium/net/events/event_options.hpp"
#include "atrium/net/events/event_secret.hpp"

#include "caf/test/unit_test.hpp"

#include <filesystem>
#include <fstream>

using namespace atrium;

namespace {

using kind = event_target::kind;

event_options told(std::string to, std::string secret = {}) {
  return {std::move(to), std::move(secret)};
}

} // namespace

CAF_TEST(a target is a stream or a URL) {
  CAF_CHECK(read_event_target("").value().to == kind::none);
  CAF_CHECK(read_event_target("off").value().to == kind::none);
  auto stream = read_event_target("redis-stream").value();
  CAF_CHECK(stream.to == kind::redis_stream);
  CAF_CHECK_EQUAL(stream.stream_length, 100'000u);
  auto short_stream = read_event_target("redis-stream,5").value();
  CAF_CHECK_EQUAL(short_stream.stream_length, 5u);
  auto bare = read_event_target("http://backend:81/events?x=1").value();
  CAF_CHECK(bare.to == kind::webhook);
  CAF_CHECK(!bare.is_secure);
  CAF_CHECK_EQUAL(bare.url.target, "/events?x=1");
  auto secure = read_event_target("https://backend").value();
  CAF_CHECK(secure.is_secure);
  CAF_CHECK_EQUAL(secure.url.port, 443u);
}

CAF_TEST(what is no target is refused) {
  for (auto* text : {"on", "redis", "redis-stream,", "redis-stream,0", "redis-stream,x",
                     "redis-stream,1,2", "redis-stream,-1", "redis-stream,9999999999", "ftp://x",
                     "https://", "http://a b/", "https://user:pass@x"})
    CAF_CHECK(!read_event_target(text));
}

CAF_TEST(options have to go together) {
  CAF_CHECK_EQUAL(check_events(told(""), false), "");
  CAF_CHECK_EQUAL(check_events(told("redis-stream"), true), "");
  CAF_CHECK_EQUAL(check_events(told("redis-stream"), false), "events: redis-stream needs --redis");
  CAF_CHECK_EQUAL(check_events(told("http://x", "key"), false), "");
  CAF_CHECK_NOT_EQUAL(check_events(told("redis-stream", "key"), true), "");
  CAF_CHECK_NOT_EQUAL(check_events(told("", "key"), true), "");
}

// RFC 4231, test case 2 has a key of 4 bytes, which is too short here.
CAF_TEST(a body is signed by its HMAC) {
  event_secret subject{"Jefe"};
  CAF_CHECK_EQUAL(subject.sign("what do ya want for nothing?"),
                  "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

CAF_TEST(a key comes from a file and may change) {
  auto path = (std::filesystem::temp_directory_path() / make_random_id(12)).string();
  auto write = [&](const char* text) { std::ofstream{path} << text; };
  std::string error;
  CAF_CHECK(!event_secret::load("", error));
  CAF_CHECK_EQUAL(error, "");
  CAF_CHECK(!event_secret::load(path, error));
  CAF_CHECK(error.find(path) != error.npos);
  write("0123456789abcdef\n");
  error.clear();
  auto subject = event_secret::load(path, error);
  CAF_REQUIRE(subject);
  auto reload = [&] {
    error.clear();
    if (auto apply = subject->prepare(path, error))
      apply();
    return error;
  };
  auto before = subject->sign("x");
  write("too short\n");
  CAF_CHECK_NOT_EQUAL(reload(), "");
  CAF_CHECK_EQUAL(subject->sign("x"), before);
  write("another key of enough bytes\n");
  CAF_CHECK_EQUAL(reload(), "");
  CAF_CHECK_NOT_EQUAL(subject->sign("x"), before);
  std::filesystem::remove(path);
}
