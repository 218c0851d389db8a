#define CAF_SUITE redis_address_test

#include "atrium/broker/redis/redis_address.hpp"

#include "caf/test/unit_test.hpp"

#include <string>

using namespace atrium;

namespace {

redis_address parsed(std::string_view text) {
  auto result = parse_redis_address(text);
  if (!result.address)
    CAF_FAIL(text << ": " << result.error);
  CAF_CHECK_EQUAL(result.error, "");
  return *result.address;
}

std::string error_of(std::string_view text) {
  auto result = parse_redis_address(text);
  CAF_CHECK(!result.address);
  return result.error;
}

} // namespace

CAF_TEST(a host alone gets the default port and database) {
  auto url = parsed("redis://cache.example");
  CAF_CHECK_EQUAL(to_string(url.hosts.at(0)), "cache.example:6379");
  CAF_CHECK_EQUAL(url.db, 0u);
  CAF_CHECK_EQUAL(url.user, "");
  CAF_CHECK_EQUAL(url.password, "");
  CAF_CHECK(!url.is_unix());
}

CAF_TEST(all parts of a url are read) {
  auto url = parsed("redis://ann:secret@10.0.0.1:7000/3");
  CAF_CHECK_EQUAL(to_string(url.hosts.at(0)), "10.0.0.1:7000");
  CAF_CHECK_EQUAL(url.db, 3u);
  CAF_CHECK_EQUAL(url.user, "ann");
  CAF_CHECK_EQUAL(url.password, "secret");
}

CAF_TEST(a password may stand without a user) {
  auto url = parsed("redis://:secret@localhost/");
  CAF_CHECK_EQUAL(url.user, "");
  CAF_CHECK_EQUAL(url.password, "secret");
  CAF_CHECK_EQUAL(url.hosts.at(0).name, "localhost");
}

CAF_TEST(user and password are percent decoded) {
  auto url = parsed("redis://a%3Ab:p%40ss%2F%25:x@localhost");
  CAF_CHECK_EQUAL(url.user, "a:b");
  CAF_CHECK_EQUAL(url.password, "p@ss/%:x");
}

CAF_TEST(addresses of version 6 stand in brackets) {
  auto url = parsed("redis://[::1]:7000/1");
  CAF_CHECK_EQUAL(url.hosts.at(0).name, "::1");
  CAF_CHECK_EQUAL(url.hosts.at(0).port, 7000);
  CAF_CHECK_EQUAL(to_string(parsed("redis://:x@[fe80::2]").hosts.at(0)), "[fe80::2]:6379");
  CAF_CHECK_EQUAL(parsed("redis://[::1]/2").db, 2u);
}

CAF_TEST(a unix socket is a path) {
  auto url = parsed("unix:///run/redis/redis%20a.sock?db=4");
  CAF_CHECK(url.is_unix());
  CAF_CHECK_EQUAL(url.path, "/run/redis/redis a.sock");
  CAF_CHECK_EQUAL(url.db, 4u);
  CAF_CHECK_EQUAL(parsed("unix://ann:pw@/tmp/r").user, "ann");
}

CAF_TEST(sentinels are asked for a master by its name) {
  auto url = parsed("redis-sentinel://ann:pw@s1,s2:7000,[::1]/my%2Fmain?db=2");
  CAF_CHECK(url.kind == redis_kind::sentinel);
  CAF_CHECK(url.hosts == (std::vector<redis_host>{{"s1", 26379}, {"s2", 7000}, {"::1", 26379}}));
  CAF_CHECK_EQUAL(url.master, "my/main");
  CAF_CHECK_EQUAL(url.db, 2u);
  CAF_CHECK_EQUAL(url.user, "ann");
  CAF_CHECK(!url.tls);
  CAF_CHECK_EQUAL(url.masked(),
                  "redis-sentinel://ann:***@s1:26379,s2:7000,[::1]:26379/my%2Fmain?db=2");
}

CAF_TEST(a cluster is known by some of its nodes) {
  auto url = parsed("redis-cluster://:pw@n1,n2:7000");
  CAF_CHECK(url.kind == redis_kind::cluster);
  CAF_CHECK(url.hosts == (std::vector<redis_host>{{"n1", 6379}, {"n2", 7000}}));
  CAF_CHECK_EQUAL(url.masked(), "redis-cluster://:***@n1:6379,n2:7000");
}

CAF_TEST(with one more letter it is TLS) {
  for (auto text :
       {"rediss://host:6379", "rediss-sentinel://host:26379/main", "rediss-cluster://host:6379"}) {
    CAF_CHECK(parsed(text).tls);
    CAF_CHECK_EQUAL(parsed(text).masked(), text);
  }
}

CAF_TEST(a user without a password has one elsewhere) {
  auto url = parsed("redis://ann:@host");
  CAF_CHECK_EQUAL(url.user, "ann");
  CAF_CHECK_EQUAL(url.password, "");
  CAF_CHECK_EQUAL(url.masked(), "redis://ann:@host:6379");
}

CAF_TEST(what is wrong is refused with a reason) {
  for (auto text : {"",
                    "localhost:6379",
                    "http://localhost",
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
                    "redis://:%zz@host",
                    "redis://:%4@host",
                    "unix://",
                    "unix://relative",
                    "unix:///a?db=x",
                    "unix:///a?name=b",
                    "redis://a,b",
                    "rediss:///",
                    "redis-sentinel://a,b",
                    "redis-sentinel://a,b/",
                    "redis-sentinel://a,,b/main",
                    "redis-sentinel://a,a/main",
                    "redis-sentinel://a:0/main",
                    "redis-sentinel://a/main?db=x",
                    "redis-sentinel://ann@a/main",
                    "redis-cluster://",
                    "redis-cluster://a,",
                    "redis-cluster://a/1",
                    "redis-cluster+tls://a"})
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
