#define CAF_SUITE frame_test

#include "atrium/actors/util/frame.hpp"
#include "atrium/actors/util/permit.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;
using namespace std::literals;

namespace {

// Copies: CAF's checks keep references to what they compare.
std::string bytes_of(const std::string& payload) {
  return std::string{frame::text(payload).bytes()};
}

} // namespace

CAF_TEST(the header says how long the payload is) {
  CAF_CHECK_EQUAL(bytes_of(""), "\x81\x00"sv);
  CAF_CHECK_EQUAL(bytes_of("abc"), "\x81\x03"
                                   "abc"sv);
  CAF_CHECK_EQUAL(bytes_of(std::string(125, 'x')).substr(0, 2), "\x81\x7D"sv);
  CAF_CHECK_EQUAL(bytes_of(std::string(126, 'x')).substr(0, 4), "\x81\x7E\x00\x7E"sv);
  CAF_CHECK_EQUAL(bytes_of(std::string(65535, 'x')).substr(0, 4), "\x81\x7E\xFF\xFF"sv);
  CAF_CHECK_EQUAL(bytes_of(std::string(65536, 'x')).substr(0, 10),
                  "\x81\x7F\x00\x00\x00\x00\x00\x01\x00\x00"sv);
}

CAF_TEST(the payload is what went in) {
  for (std::size_t n : {0U, 1U, 125U, 126U, 65535U, 65536U}) {
    std::string text(n, 'y');
    auto x = frame::text(text);
    CAF_CHECK_EQUAL(x.payload(), text);
  }
}

CAF_TEST(a ping has no payload) {
  CAF_CHECK_EQUAL(frame::ping().bytes(), "\x89\x00"sv);
  CAF_CHECK_EQUAL(frame::ping().payload(), "");
}

CAF_TEST(a semaphore lets in as many as it has permits) {
  semaphore g{3};
  CAF_CHECK(g.try_acquire(2));
  CAF_CHECK(!g.try_acquire(2));
  CAF_CHECK(g.try_acquire(1));
  g.release(3);
  CAF_CHECK(g.try_acquire(100)); // alone, however large
  CAF_CHECK(!g.try_acquire(1));
}

CAF_TEST(a permit gives its permits back with its last copy) {
  auto g = std::make_shared<semaphore>(5);
  CAF_REQUIRE(g->try_acquire(4));
  {
    permit first{g, 4};
    auto second = first;
    first = {};
    CAF_CHECK_EQUAL(g->taken(), 4U);
  }
  CAF_CHECK_EQUAL(g->taken(), 0U);
}
