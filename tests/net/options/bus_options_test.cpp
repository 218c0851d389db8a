#define CAF_SUITE bus_options_test

#include "support/option_probe.hpp"

using namespace atrium;
using namespace atrium::test;

CAF_TEST(several addresses stand one after the other in each source) {
  strings both = {"redis://a:1", "rediss://b"};
  CAF_CHECK(parse({"--redis", both[0], "--redis=" + both[1]}).value.bus.redis == both);
  CAF_CHECK(parse({}, {{"ATRIUM_REDIS", "redis://a:1, rediss://b"}}).value.bus.redis == both);
  CAF_CHECK(parse_file("redis = [\"redis://a:1\", \"rediss://b\"]\n").value.bus.redis == both);
}

CAF_TEST(hosts of one address keep their commas in a variable) {
  auto got = parse({}, {{"ATRIUM_REDIS", "redis-sentinel://a,b:1,c/main"}});
  check_good(got);
  CAF_CHECK(got.value.bus.redis == strings{"redis-sentinel://a,b:1,c/main"});
  auto mixed = parse({}, {{"ATRIUM_REDIS", "redis-sentinel://a,b/m,redis://c"}});
  CAF_CHECK(mixed.value.bus.redis == (strings{"redis-sentinel://a,b/m", "redis://c"}));
}

CAF_TEST(a file may have one address without brackets) {
  auto got = parse_file("redis = \"redis://a\"\n");
  check_good(got);
  CAF_CHECK(got.value.bus.redis == strings{"redis://a"});
  CAF_CHECK(parse_file("redis = \"\"\n").value.bus.redis.empty());
  CAF_CHECK(parse_file("lanes = \"3\"\n").exit_code);
}

CAF_TEST(passwords are not shown) {
  auto got = parse({"--redis=redis://ann:secret@a"});
  option_table table;
  CAF_CHECK(table.find("redis")->visible(got.value) == strings{"redis://ann:***@a:6379"});
}

CAF_TEST(only addresses with TLS need certificates) {
  CAF_CHECK(!needs_tls(parse({"--redis=redis://a"}).value.bus));
  CAF_CHECK(needs_tls(parse({"--redis=redis://a", "--redis=rediss://b"}).value.bus));
  CAF_CHECK(needs_tls(parse({"--redis=rediss-cluster://a"}).value.bus));
}
