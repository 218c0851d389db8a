#define CAF_SUITE client_rate_limiter_test

#include "atrium/net/admission/client_rate_limiter.hpp"
#include "atrium/net/admission/rate_options.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;
using namespace std::chrono_literals;

namespace {

constexpr client_rate_limiter::clock::time_point start{1'000h};

client_rates rates(std::size_t messages, std::size_t bytes, std::size_t errors) {
  rate_options from;
  from.messages_per_second = messages;
  from.bytes_per_second = bytes;
  from.errors_per_minute = errors;
  return client_rates{from};
}

} // namespace

CAF_TEST(messages and bytes are bounded each for itself) {
  auto by = rates(2, 1'000, 0);
  client_rate_limiter meter;
  CAF_CHECK(meter.take_message(start, by, 10) == 0s);
  CAF_CHECK(meter.take_message(start, by, 10) == 0s);
  CAF_CHECK(meter.take_message(start, by, 10) == 500ms);
  auto later = start + 1h;
  CAF_CHECK(meter.take_message(later, by, 1'000) == 0s);
  CAF_CHECK(meter.take_message(later, by, 100) == 100ms);
}

CAF_TEST(a message that is too many bytes is not charged as a message) {
  auto by = rates(2, 1'000, 0);
  client_rate_limiter meter;
  CAF_CHECK(meter.take_message(start, by, 1'000) == 0s);
  for (int i = 0; i < 5; ++i)
    CAF_CHECK(meter.take_message(start, by, 100) == 100ms);
  CAF_CHECK(meter.take_message(start + 100ms, by, 100) == 0s);
}

CAF_TEST(errors are counted by the minute) {
  auto by = rates(0, 0, 3);
  client_rate_limiter meter;
  for (int i = 0; i < 3; ++i)
    CAF_CHECK(meter.take_error(start, by));
  CAF_CHECK(!meter.take_error(start + 19s, by));
  CAF_CHECK(meter.take_error(start + 20s, by));
  CAF_CHECK(!meter.take_error(start + 20s, by));
}

CAF_TEST(what is not the mistake of a client does not count against it) {
  for (auto code :
       {errc::none, errc::bus_unavailable, errc::timeout, errc::internal, errc::room_restarted,
        errc::room_died, errc::auth_unavailable, errc::auth_broken})
    CAF_CHECK(!is_mistake(code));
  for (auto code : {errc::bad_json, errc::not_a_member, errc::rate_limited, errc::room_full})
    CAF_CHECK(is_mistake(code));
}
