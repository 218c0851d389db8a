#define CAF_SUITE frame_meter_test

#include "atrium/net/websocket/frame_meter.hpp"

#include "caf/test/unit_test.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <string>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

// A client's frame (RFC 6455, section 5.2).
std::string frame_of(unsigned first, std::size_t length) {
  std::string result{static_cast<char>(first)};
  auto add = [&](unsigned bytes) {
    while (bytes-- > 0)
      result += static_cast<char>(length >> (8 * bytes));
  };
  if (length < 126) {
    result += static_cast<char>(0x80U | length);
  } else if (length < 65'536) {
    result += static_cast<char>(0x80U | 126U);
    add(2);
  } else {
    result += static_cast<char>(0x80U | 127U);
    add(8);
  }
  return result + "mask" + std::string(length, '\x01');
}

std::size_t count(const std::string& bytes) {
  return frame_counter{}.take(bytes);
}

} // namespace

CAF_TEST(only what ends no message counts) {
  CAF_CHECK_EQUAL(count(frame_of(0x81, 5)), 0U);   // text
  CAF_CHECK_EQUAL(count(frame_of(0x82, 5)), 0U);   // binary
  CAF_CHECK_EQUAL(count(frame_of(0x80, 0)), 0U);   // the last fragment
  CAF_CHECK_EQUAL(count(frame_of(0x01, 5)), 1U);   // the first one
  CAF_CHECK_EQUAL(count(frame_of(0x00, 0)), 1U);   // one between, empty
  CAF_CHECK_EQUAL(count(frame_of(0x89, 0)), 1U);   // ping
  CAF_CHECK_EQUAL(count(frame_of(0x8A, 125)), 1U); // pong that nobody asked for
  CAF_CHECK_EQUAL(count(frame_of(0x88, 2)), 1U);   // close
}

CAF_TEST(frames are found however they are cut) {
  std::mt19937 random{3};
  std::string bytes;
  std::size_t expected = 0;
  for (int i = 0; i < 500; ++i) {
    auto first = std::array<unsigned, 5>{0x81, 0x01, 0x00, 0x80, 0x89}[random() % 5];
    auto length = std::array<std::size_t, 5>{0, 1, 125, 126, 70'000}[random() % 5];
    expected += first == 0x81 || first == 0x80 ? 0 : 1;
    bytes += frame_of(first, first == 0x89 ? length % 126 : length);
  }
  for (std::size_t most : {1U, 2U, 7U, 1'536U, 100'000U}) {
    frame_counter subject;
    std::size_t found = 0;
    for (std::size_t i = 0; i < bytes.size();) {
      auto n = std::min(random() % most + 1, bytes.size() - i);
      found += subject.take(std::span{bytes}.subspan(i, n));
      i += n;
    }
    CAF_CHECK_EQUAL(found, expected);
  }
}

CAF_TEST(who sends too many is read more slowly and not faster by waiting for it) {
  token_rate rate{10, 1s, 20};
  frame_meter subject{rate};
  std::string pings;
  for (int i = 0; i < 20; ++i)
    pings += frame_of(0x89, 0);
  subject.take(pings);
  CAF_CHECK_EQUAL(subject.take_pause().count(), 0);
  subject.take(pings);
  auto pause = subject.take_pause();
  CAF_CHECK(pause > 1'500ms && pause <= 2s);
  CAF_CHECK_EQUAL(subject.take_pause().count(), 0);
}

CAF_TEST(messages are never a reason to read more slowly) {
  token_rate rate{1, 1s, 1};
  frame_meter subject{rate};
  for (int i = 0; i < 100; ++i)
    subject.take(frame_of(0x81, 10));
  CAF_CHECK_EQUAL(subject.take_pause().count(), 0);
}

CAF_TEST(no rate is no limit) {
  token_rate none;
  frame_meter subject{none};
  for (int i = 0; i < 100; ++i)
    subject.take(frame_of(0x89, 0));
  CAF_CHECK_EQUAL(subject.take_pause().count(), 0);
}
