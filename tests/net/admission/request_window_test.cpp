#define CAF_SUITE request_window_test

#include "atrium/net/admission/request_window.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;

namespace {

constexpr std::size_t plenty = 1'000'000;

} // namespace

CAF_TEST(as many requests may be unanswered as the window allows) {
  request_window subject;
  CAF_CHECK(subject.is_empty());
  CAF_CHECK(subject.has_room(2, plenty));
  subject.take(10);
  CAF_CHECK(!subject.is_empty());
  CAF_CHECK(subject.has_room(2, plenty));
  subject.take(10);
  CAF_CHECK(!subject.has_room(2, plenty));
  subject.answer();
  CAF_CHECK(subject.has_room(2, plenty));
}

CAF_TEST(one request may pass the bound of bytes and no second one) {
  request_window subject;
  CAF_CHECK(subject.has_room(9, 1'000));
  subject.take(5'000);
  CAF_CHECK(!subject.has_room(9, 1'000));
  subject.answer();
  CAF_CHECK(subject.has_room(9, 1'000));
}

CAF_TEST(bytes are given back when everything is answered) {
  request_window subject;
  subject.take(5'000);
  subject.take(1);
  subject.answer();
  CAF_CHECK(!subject.has_room(9, 1'000));
  subject.answer();
  CAF_CHECK(subject.is_empty());
  CAF_CHECK(subject.has_room(9, 1'000));
}

CAF_TEST(a request that waits does not keep the bytes of those that are answered) {
  request_window subject;
  subject.take(300);
  for (int i = 0; i < 10'000; ++i) {
    subject.take(300);
    CAF_REQUIRE(subject.has_room(9, 2'000));
    subject.answer();
  }
  subject.answer();
  CAF_CHECK(subject.is_empty());
}
