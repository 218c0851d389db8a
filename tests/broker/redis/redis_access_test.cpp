#define CAF_SUITE redis_access_test

#include "atrium/broker/redis/redis_access.hpp"

#include "caf/test/unit_test.hpp"
#include "support/signing_keys.hpp"

using namespace atrium;
using namespace atrium::test;

namespace {

struct fixture {
  std::string file(const std::string& text) {
    return folder.write("secret-" + std::to_string(++files), text);
  }

  std::string error_of(const redis_access_files& files_of) {
    std::string error;
    CAF_CHECK(!load_redis_access(files_of, false, error));
    return error;
  }

  temporary_folder folder;
  int files = 0;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(redis_access_tests, fixture)

CAF_TEST(passwords are read without the line break at their end) {
  std::string error;
  auto got = load_redis_access({.password = file("s3cret\n"),
                                .sentinel_user = "watcher",
                                .sentinel_password = file(" with blanks \r\n")},
                               false, error);
  CAF_REQUIRE(got);
  CAF_CHECK_EQUAL(error, "");
  CAF_CHECK_EQUAL(got->password, "s3cret");
  CAF_CHECK_EQUAL(got->sentinel_user, "watcher");
  CAF_CHECK_EQUAL(got->sentinel_password, " with blanks ");
  CAF_CHECK(got->tls == nullptr);
}

CAF_TEST(without files nobody has a password) {
  std::string error;
  auto got = load_redis_access({}, false, error);
  CAF_REQUIRE(got);
  CAF_CHECK_EQUAL(got->password, "");
}

CAF_TEST(a file without a password is refused) {
  auto empty = file("\n");
  CAF_CHECK_EQUAL(error_of({.password = empty}),
                  "redis-password-file: " + empty + " has no password");
  auto large = file(std::string(5000, 'x'));
  CAF_CHECK_EQUAL(error_of({.sentinel_password = large}),
                  "redis-sentinel-password-file: " + large + " is too large");
  CAF_CHECK_EQUAL(error_of({.password = "/nonexistent"}),
                  "redis-password-file: /nonexistent cannot be read");
}

CAF_TEST(files for TLS are read only where it is needed) {
  redis_access_files files_of;
  files_of.tls.ca = "/nonexistent";
  std::string error;
  CAF_CHECK(load_redis_access(files_of, false, error));
  CAF_CHECK(!load_redis_access(files_of, true, error));
  CAF_CHECK(error.starts_with("redis-ca: /nonexistent: "));
}

CAF_TEST_FIXTURE_SCOPE_END()
