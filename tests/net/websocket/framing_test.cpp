#define CAF_SUITE framing_test

#include "atrium/net/websocket/framing.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;
using namespace std::literals;

namespace {

std::string bytes_of(const std::string& payload) {
  return text_frame(payload);
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
    auto x = text_frame(text);
    CAF_CHECK_EQUAL(x.substr(x.size() - n), text);
  }
}

CAF_TEST(a ping has no payload) {
  CAF_CHECK_EQUAL(ping_frame().bytes(), "\x89\x00"sv);
}

CAF_TEST(a pong says what the ping has said) {
  CAF_CHECK_EQUAL(pong_frame(""), "\x8A\x00"sv);
  CAF_CHECK_EQUAL(pong_frame("a\0b"sv), "\x8A\x03"
                                        "a\0b"sv);
  auto longest = std::string(125, 'x');
  CAF_CHECK_EQUAL(pong_frame(longest), "\x8A\x7D" + longest);
}

CAF_TEST(a close has a code and as much of the reason as fits) {
  CAF_CHECK_EQUAL(close_frame(1000, ""), "\x88\x02\x03\xE8"sv);
  CAF_CHECK_EQUAL(close_frame(4003, "slow"), "\x88\x06\x0F\xA3slow"sv);
  CAF_CHECK_EQUAL(close_frame(1000, std::string(123, 'x')).size(), 127U);
  CAF_CHECK_EQUAL(close_frame(1000, std::string(200, 'x')).size(), 127U);
  // Not half of a character.
  CAF_CHECK_EQUAL(close_frame(1000, std::string(122, 'x') + "\u00e9").size(), 126U);
}

CAF_TEST(a pong is told from everything else) {
  CAF_CHECK(is_pong(frame{"\x8A\x00"s}));
  CAF_CHECK(!is_pong(ping_frame()));
  CAF_CHECK(!is_pong(frame{text_frame("\x8A")}));
  CAF_CHECK(!is_pong(frame{}));
}
