#define CAF_SUITE errc_test

#include "atrium/broker/util/errc.hpp"

#include "caf/test/unit_test.hpp"

#include <set>

using atrium::errc;

CAF_TEST(every value has a name of its own) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(errc::internal); ++i)
    names.insert(to_string(static_cast<errc>(i)));
  CAF_CHECK_EQUAL(names.size(), static_cast<std::size_t>(errc::internal) + 1);
}

CAF_TEST(a value is a standard error code) {
  std::error_code code = errc::not_a_member;
  CAF_CHECK_EQUAL(code.message(), "not_a_member");
  CAF_CHECK(code == errc::not_a_member);
  CAF_CHECK_EQUAL(std::string{code.category().name()}, "atrium");
}

CAF_TEST(a value out of range reads as a defect) {
  CAF_CHECK_EQUAL(to_string(static_cast<errc>(200)), "internal");
}
