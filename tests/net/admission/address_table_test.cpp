#define CAF_SUITE address_table_test

#include "atrium/net/admission/address_table.hpp"

#include "caf/test/unit_test.hpp"

#include <vector>

using namespace atrium;
using boost::asio::ip::make_address;

namespace {

// Returns how many of the addresses find a place in a table for one of each.
std::size_t placed(const std::vector<const char*>& addresses) {
  address_table table{1};
  std::vector<address_table::permit> permits;
  for (auto* x : addresses)
    if (auto place = table.enter(make_address(x)))
      permits.push_back(std::move(*place));
  return permits.size();
}

} // namespace

CAF_TEST(an IPv4 address stands for itself) {
  CAF_CHECK_EQUAL(placed({"192.0.2.1", "192.0.2.2", "192.0.3.1"}), 3U);
  CAF_CHECK_EQUAL(placed({"192.0.2.1", "192.0.2.1"}), 1U);
}

CAF_TEST(an IPv6 address stands for its network) {
  CAF_CHECK_EQUAL(placed({"2001:db8:1:2::1", "2001:db8:1:2:ffff::1"}), 1U);
  CAF_CHECK_EQUAL(placed({"2001:db8:1:2::1", "2001:db8:1:3::1", "2001:db9:1:2::1"}), 3U);
}

CAF_TEST(an IPv4 address that comes over IPv6 is the same client) {
  CAF_CHECK_EQUAL(placed({"192.0.2.1", "::ffff:192.0.2.1"}), 1U);
  CAF_CHECK_EQUAL(placed({"192.0.2.1", "::1", "::c000:201"}), 2U);
}

CAF_TEST(a place is free again when its permit dies) {
  address_table table{2};
  auto ann = make_address("192.0.2.1");
  auto first = table.enter(ann);
  auto second = table.enter(ann);
  CAF_REQUIRE(first && second);
  CAF_CHECK(!table.enter(ann));
  auto moved = std::move(*first);
  first.reset();
  CAF_CHECK(!table.enter(ann));
  second.reset();
  CAF_CHECK(table.enter(ann).has_value());
  moved = {};
  CAF_CHECK_EQUAL(table.size(), 0U);
}

CAF_TEST(a table without a limit keeps no account) {
  address_table table{0};
  std::vector<address_table::permit> permits;
  for (int i = 0; i < 100; ++i)
    permits.push_back(table.enter(make_address("192.0.2.1")).value());
  CAF_CHECK_EQUAL(table.size(), 0U);
}
