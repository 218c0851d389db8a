#define CAF_SUITE admission_limits_test

#include "atrium/net/admission/admission_limits.hpp"
#include "atrium/net/admission/admission_options.hpp"
#include "atrium/net/admission/client_counters.hpp"

#include "caf/test/unit_test.hpp"

#include <vector>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

constexpr admission_limits::clock::time_point start{1'000h};
const auto ann = boost::asio::ip::make_address("192.0.2.1");
const auto bob = boost::asio::ip::make_address("192.0.2.2");

struct fixture {
  // Returns the code of the refusal, or nothing for a place, which it keeps.
  std::string enter(const boost::asio::ip::address& from,
                    admission_limits::clock::time_point now = start) {
    auto result = limits->enter(from, now);
    if (auto* no = std::get_if<refusal>(&result))
      return no->code;
    places.push_back(std::move(std::get<address_table::permit>(result)));
    return {};
  }

  void open(const admission_options& from) {
    limits
      = std::make_unique<admission_limits>(from, count, open_ones, from.max_connections, 1'000'000);
  }

  std::shared_ptr<client_counters> count = std::make_shared<client_counters>();
  std::shared_ptr<semaphore> open_ones = std::make_shared<semaphore>(1'000);
  std::unique_ptr<admission_limits> limits;
  std::vector<address_table::permit> places;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(admission_limits_tests, fixture)

CAF_TEST(limits that are reached say why) {
  admission_options from;
  from.max_pending = 1;
  from.max_connections = 2;
  from.handshakes_per_second = 1;
  from.memory_watermark = "0";
  open(from);
  CAF_CHECK_EQUAL(limits->limit_reached(start), "");
  open_ones->try_acquire(2);
  CAF_CHECK(limits->limit_reached(start).ends_with("(max-connections)"));
  open_ones->release(1);
  CAF_CHECK_EQUAL(limits->limit_reached(start), "");
  auto pending = limits->pending()->enter(ann, false);
  CAF_CHECK_EQUAL(limits->limit_reached(start), "");
  pending->busy();
  CAF_CHECK(limits->limit_reached(start).ends_with("(max-pending)"));
  pending.reset();
  CAF_CHECK_EQUAL(enter(ann), "");
  CAF_CHECK(limits->limit_reached(start).ends_with("(handshakes-per-second)"));
  CAF_CHECK_EQUAL(limits->limit_reached(start + 1s), "");
  from.memory_watermark = "1";
  open(from);
  CAF_CHECK(limits->limit_reached(start).ends_with("(memory-watermark)"));
}

CAF_TEST(handshakes have a rate that all addresses share) {
  admission_options from;
  from.handshakes_per_second = 2;
  open(from);
  CAF_CHECK_EQUAL(enter(ann), "");
  CAF_CHECK_EQUAL(enter(bob), "");
  CAF_CHECK_EQUAL(enter(bob), "rate_limited");
  CAF_CHECK_EQUAL(count->handshakes_refused.load(), 1U);
  CAF_CHECK_EQUAL(enter(bob, start + 500ms), "");
}

CAF_TEST(an address has its limit and the others theirs) {
  admission_options from;
  from.connections_per_address = 1;
  open(from);
  CAF_CHECK_EQUAL(enter(ann), "");
  CAF_CHECK_EQUAL(enter(ann), "too_many_connections");
  CAF_CHECK_EQUAL(count->addresses_refused.load(), 1U);
  CAF_CHECK_EQUAL(enter(bob), "");
  places.clear();
  CAF_CHECK_EQUAL(enter(ann), "");
}

CAF_TEST(nobody is let in while memory is short) {
  admission_options from;
  from.memory_watermark = "1";
  open(from);
  CAF_CHECK_EQUAL(enter(ann), "overloaded");
  CAF_CHECK_EQUAL(count->memory_refused.load(), 1U);
  from.memory_watermark = "100%";
  open(from);
  CAF_CHECK_EQUAL(enter(ann), "");
}

CAF_TEST_FIXTURE_SCOPE_END()
