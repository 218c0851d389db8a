#define CAF_SUITE redis_url_test

#include "atrium/broker/redis/redis_url.hpp"

#include "caf/test/unit_test.hpp"

#include <string>

using namespace atrium;

namespace {

redis_url parsed(std::string_view text) {
  auto result = parse_redis_url(text);
  if (!result.url)
    CAF_FAIL(text << ": " << result.error);
  CAF_CHECK_EQUAL(result.error, "");
  return *result.url;
}

std::string error_of(std::string_view text) {
  auto result = parse_redis_url(text);
  CAF_CHECK(!result.url);
  return result.error;
}

} // namespace

CAF_TEST(a host alone gets the default port and database) {
  auto url = parsed("redis://cache.example");
  CAF_CHECK_EQUAL(url.host, "cache.example");
  CAF_CHECK_EQUAL(url.port, 6379);
  CAF_CHECK_EQUAL(url.db, 0u);
  CAF_CHECK_EQUAL(url.user, "");
  CAF_CHECK_EQUAL(url.password, "");
  CAF_CHECK(!url.is_unix());
}

CAF_TEST(all parts of a url are read) {
  auto url = parsed("redis://ann:secret@10.0.0.1:7000/3");
  CAF_CHECK_EQUAL(url.host, "10.0.0.1");
  CAF_CHECK_EQUAL(url.port, 7000);
  CAF_CHECK_EQUAL(url.db, 3u);
  CAF_CHECK_EQUAL(url.user, "ann");
  CAF_CHECK_EQUAL(url.password, "secret");
}

CAF_TEST(a password may stand without a user) {
  auto url = parsed("redis://:secret@localhost/");
  CAF_CHECK_EQUAL(url.user, "");
  CAF_CHECK_EQUAL(url.password, "secret");
  CAF_CHECK_EQUAL(url.host, "localhost");
}

CAF_TEST(user and password are percent decoded) {
  auto url = parsed("redis://a%3Ab:p%40ss%2F%25:x@localhost");
  CAF_CHECK_EQUAL(url.user, "a:b");
  CAF_CHECK_EQUAL(url.password, "p@ss/%:x");
}

CAF_TEST(addresses of version 6 stand in brackets) {
  auto url = parsed("redis://[::1]:7000/1");
  CAF_CHECK_EQUAL(url.host, "::1");
  CAF_CHECK_EQUAL(url.port, 7000);
  CAF_CHECK_EQUAL(parsed("redis://:x@[fe80::2]").port, 6379);
  CAF_CHECK_EQUAL(parsed("redis://[::1]/2").db, 2u);
}

CAF_TEST(a unix socket is a path) {
  auto url = parsed("unix:///run/redis/redis%20a.sock?db=4");
  CAF_CHECK(url.is_unix());
  CAF_CHECK_EQUAL(url.path, "/run/redis/redis a.sock");
  CAF_CHECK_EQUAL(url.db, 4u);
  CAF_CHECK_EQUAL(parsed("unix://ann:pw@/tmp/r").user, "ann");
}

CAF_TEST(what is wrong is refused with a reason) {
  for (auto text : {"",
                    "localhost:6379",
                    "http://localhost",
                    "rediss://localhost",
                    "redis://",
                    "redis://:1",
                    "redis://host:",
                    "redis://host:0",
                    "redis://host:65536",
                    "redis://host:12a",
                    "redis://host/x",
                    "redis://host/-1",
                    "redis://host/1/2",
                    "redis://[::1",
                    "redis://[]",
                    "redis://[::1]7000",
                    "redis://::1",
                    "redis://ann@host",
                    "redis://ann:@host",
                    "redis://:%zz@host",
                    "redis://:%4@host",
                    "unix://",
                    "unix://relative",
                    "unix:///a?db=x",
                    "unix:///a?name=b"})
    CAF_CHECK_NOT_EQUAL(error_of(text), "");
  CAF_CHECK_NOT_EQUAL(error_of("unix:///" + std::string(200, 'x')), "");
}

CAF_TEST(no text for people has the password in it) {
  CAF_CHECK_EQUAL(parsed("redis://ann:secret@host:7000/3").masked(), "redis://ann:***@host:7000/3");
  CAF_CHECK_EQUAL(parsed("redis://:secret@[::1]").masked(), "redis://:***@[::1]:6379");
  CAF_CHECK_EQUAL(parsed("unix://:secret@/tmp/r?db=2").masked(), "unix://:***@/tmp/r?db=2");
  CAF_CHECK_EQUAL(parsed("redis://host").masked(), "redis://host:6379");
  CAF_CHECK_EQUAL(error_of("redis://ann:secret@host:x").find("secret"), std::string::npos);
}
