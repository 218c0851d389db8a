#define CAF_SUITE token_bucket_test

#include "atrium/net/admission/token_bucket.hpp"

#include "caf/test/unit_test.hpp"

#include <random>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

using clock_type = token_bucket::clock;

constexpr clock_type::time_point start{1'000h};

} // namespace

CAF_TEST(a burst passes at once and the next one waits its turn) {
  token_rate rate{10, 1s, 3};
  token_bucket bucket;
  for (int i = 0; i < 3; ++i)
    CAF_CHECK(bucket.take(start, rate) == 0s);
  CAF_CHECK(bucket.take(start, rate) == 100ms);
  CAF_CHECK(bucket.take(start + 40ms, rate) == 60ms);
  CAF_CHECK(bucket.take(start + 100ms, rate) == 0s);
  CAF_CHECK(bucket.take(start + 100ms, rate) == 100ms);
}

CAF_TEST(a refusal costs nothing) {
  token_rate rate{1, 1s};
  token_bucket bucket;
  CAF_CHECK(bucket.take(start, rate) == 0s);
  for (int i = 0; i < 100; ++i)
    CAF_CHECK(bucket.take(start, rate) == 1s);
  CAF_CHECK(bucket.take(start + 1s, rate) == 0s);
}

CAF_TEST(a bucket that rests is never fuller than its burst) {
  token_rate rate{10, 1s, 2};
  token_bucket bucket;
  CAF_CHECK(bucket.take(start, rate) == 0s);
  auto later = start + 24h;
  CAF_CHECK(bucket.take(later, rate) == 0s);
  CAF_CHECK(bucket.take(later, rate) == 0s);
  CAF_CHECK(bucket.take(later, rate) == 100ms);
}

CAF_TEST(something larger than the burst takes all of it) {
  token_rate rate{1'000, 1s, 500};
  token_bucket bucket;
  CAF_CHECK(bucket.take(start, rate, 10'000) == 0s);
  CAF_CHECK(bucket.take(start, rate, 1) == 1ms);
  CAF_CHECK(bucket.take(start, rate, 10'000) == 500ms);
  CAF_CHECK(bucket.take(start + 500ms, rate, 10'000) == 0s);
}

CAF_TEST(without a limit everything passes) {
  token_rate rate;
  token_bucket bucket;
  for (int i = 0; i < 100; ++i)
    CAF_CHECK(bucket.take(start, rate, 1'000'000) == 0s);
}

// The model counts tokens, as the name of the thing says.
CAF_TEST(the bucket agrees with one that counts tokens) {
  std::mt19937 random{7};
  for (int round = 0; round < 50; ++round) {
    auto per_second = random() % 100 + 1;
    auto burst = random() % 20 + 1;
    token_rate rate{per_second, 1s, burst};
    token_bucket bucket;
    auto tokens = static_cast<double>(burst);
    auto now = start;
    for (int i = 0; i < 500; ++i) {
      auto pause = std::chrono::milliseconds{random() % 200};
      now += pause;
      tokens = std::min(static_cast<double>(burst),
                        tokens + static_cast<double>(pause.count() * per_second) / 1e3);
      auto cost = random() % burst + 1;
      auto missing = static_cast<double>(cost) - tokens;
      if (std::abs(missing) < 1e-4)
        continue; // rounding decides
      auto wait = bucket.take(now, rate, cost);
      CAF_REQUIRE_EQUAL(wait > 0s, missing > 0);
      if (missing <= 0)
        tokens -= static_cast<double>(cost);
      else
        CAF_REQUIRE(std::abs(static_cast<double>(wait.count()) * 1e-9
                             - missing / static_cast<double>(per_second))
                    < 1e-5);
    }
  }
}
