#define CAF_SUITE publisher_test

#include "atrium/net/cli/bench/make_dialect.hpp"
#include "atrium/net/cli/bench/publisher.hpp"
#include "atrium/net/cli/bench/websocket_codec.hpp"

#include <caf/test/unit_test.hpp>

using namespace atrium::bench;

namespace {

constexpr std::size_t size = 64;

publisher make_publisher(std::size_t window, std::uint32_t receivers) {
  publisher::setup how;
  how.run = 0xBEEF;
  how.number = 7;
  how.window = window;
  how.receivers = receivers;
  return publisher{how, make_dialect(protocol::atrium)->publish("room", blank_data(size))};
}

} // namespace

CAF_TEST(a_stamp_is_found_at_the_end_and_elsewhere) {
  stamp what{0x1234, 5, 0xFFFF'FFFF, 0x0123'4567'89AB'CDEF};
  auto data = blank_data(size);
  CAF_CHECK_EQUAL(data.size(), size);
  write_stamp(data.data(), what);
  CAF_CHECK(find_stamp(R"({"data":)" + data + "}", size) == what);
  CAF_CHECK(find_stamp(R"({"data":)" + data + R"(,"more":[1,2]}})", size) == what);
  CAF_CHECK(find_stamp(data, size) == what);
}

CAF_TEST(a_text_without_a_whole_stamp_has_none) {
  auto data = blank_data(size);
  CAF_CHECK(!find_stamp("", size));
  CAF_CHECK(!find_stamp("{}", size));
  CAF_CHECK(!find_stamp(R"({"data":"@1234"})", size));
  data[10] = '-';
  CAF_CHECK(!find_stamp(data, size));
  CAF_CHECK(!find_stamp(data.substr(0, stamp::width), size));
}

CAF_TEST(the_smallest_data_holds_a_stamp) {
  auto data = blank_data(stamp::smallest);
  write_stamp(data.data(), {1, 2, 3, 4});
  CAF_CHECK(find_stamp(data + "}", stamp::smallest) == stamp({1, 2, 3, 4}));
}

CAF_TEST(frames_are_numbered_and_dated) {
  auto x = make_publisher(0, 1);
  for (std::uint32_t i = 1; i <= 3; ++i) {
    auto frame = x.next(1'000 + i);
    CAF_CHECK(find_stamp(frame, size) == stamp({0xBEEF, 7, i, 1'000 + i}));
  }
  CAF_CHECK_EQUAL(x.published(), 3U);
}

CAF_TEST(an_open_loop_never_holds_back) {
  auto x = make_publisher(0, 2);
  for (int i = 0; i < 100; ++i) {
    CAF_CHECK(x.may_publish());
    x.next(1);
  }
  CAF_CHECK(!x.delivered(1));
}

CAF_TEST(a_closed_loop_waits_for_every_receiver) {
  auto x = make_publisher(2, 2);
  x.next(1);
  x.next(2);
  CAF_CHECK(!x.may_publish());
  CAF_CHECK(!x.delivered(1));
  CAF_CHECK(!x.may_publish());
  CAF_CHECK(x.delivered(1));
  CAF_CHECK(x.may_publish());
}

CAF_TEST(a_message_that_is_finished_early_does_not_move_the_window) {
  auto x = make_publisher(2, 1);
  x.next(1);
  x.next(2);
  CAF_CHECK(!x.delivered(2));
  CAF_CHECK(!x.may_publish());
  CAF_CHECK(x.delivered(1)); // now both are finished
  x.next(3);
  CAF_CHECK(x.may_publish());
  x.next(4);
  CAF_CHECK(!x.may_publish());
}

CAF_TEST(deliveries_of_finished_or_unknown_messages_change_nothing) {
  auto x = make_publisher(1, 1);
  CAF_CHECK(!x.delivered(1));
  x.next(1);
  CAF_CHECK(x.delivered(1));
  CAF_CHECK(!x.delivered(1));
  CAF_CHECK(!x.delivered(2));
  x.next(2);
  CAF_CHECK(!x.delivered(1));
  CAF_CHECK(!x.may_publish());
}

CAF_TEST(a_closed_loop_gives_up_on_messages_that_are_too_old) {
  auto x = make_publisher(2, 1);
  x.next(100);
  x.next(200);
  CAF_CHECK(!x.abandon_older_than(100));
  CAF_CHECK(x.abandon_older_than(150));
  CAF_CHECK(x.may_publish());
  CAF_CHECK(x.delivered(2));
}
