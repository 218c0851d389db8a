#define CAF_SUITE refusal_cache_test

#include "atrium/net/auth/refusal_cache.hpp"

#include "caf/test/unit_test.hpp"

#include <string>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

const refusal_cache::clock::time_point now{1h};

} // namespace

CAF_TEST(a refusal counts for a moment and only for the same request) {
  refusal_cache x;
  auto bad = refusal_cache::key_of("bad");
  CAF_CHECK(!x.has(bad, now));
  x.add(bad, now);
  CAF_CHECK(x.has(bad, now));
  CAF_CHECK(!x.has(refusal_cache::key_of("bad "), now));
  x.add(bad, now + 1s); // counts from the first one on
  CAF_CHECK(x.has(bad, now + refusal_cache::lifetime - 1ms));
  CAF_CHECK(!x.has(bad, now + refusal_cache::lifetime));
  CAF_CHECK_EQUAL(x.size(), 0U);
}

CAF_TEST(the oldest refusals go first) {
  refusal_cache x;
  auto key = [](std::size_t i) { return refusal_cache::key_of(std::to_string(i)); };
  for (std::size_t i = 0; i <= refusal_cache::most; ++i)
    x.add(key(i), now);
  CAF_CHECK_EQUAL(x.size(), refusal_cache::most);
  CAF_CHECK(!x.has(key(0), now));
  CAF_CHECK(x.has(key(1), now));
  CAF_CHECK(x.has(key(refusal_cache::most), now));
}
