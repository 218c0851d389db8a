#define CAF_SUITE frame_reader_test

#include "atrium/net/websocket/frame_reader.hpp"

#include "caf/test/unit_test.hpp"
#include "support/frame_events.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace atrium;
using namespace std::literals;

namespace {

using found = frame_reader::found;
using error = frame_reader::error;

constexpr std::size_t longest = 100'000;

// A client's frame, masked byte by byte.
std::string frame_of(unsigned first, std::string payload, std::string_view key = "\x01\xF2\x83m") {
  std::string result{static_cast<char>(first)};
  auto length = payload.size();
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
  for (std::size_t i = 0; i < payload.size(); ++i)
    payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
  return result.append(key).append(payload);
}

using events = std::vector<test::frame_event>;

constexpr std::size_t all_at_once = 1'000'000;

events read(frame_reader& subject, std::string bytes, std::size_t most = all_at_once) {
  return test::read_frames(subject, std::move(bytes), most);
}

events read(std::string bytes, std::size_t most = all_at_once) {
  frame_reader subject{longest};
  return read(subject, std::move(bytes), most);
}

// Why the bytes are refused, however they are cut; `closed` if they are not.
error flaw_of(const std::string& bytes) {
  frame_reader whole{longest};
  frame_reader cut{longest};
  auto first = read(whole, bytes);
  auto second = read(cut, bytes, 1);
  auto is_refused = !first.empty() && first.back().what == found::mistake;
  CAF_CHECK_EQUAL(is_refused, !second.empty() && second.back().what == found::mistake);
  CAF_CHECK(whole.mistake() == cut.mistake());
  return is_refused ? whole.mistake() : error::closed;
}

} // namespace

CAF_TEST(payloads of every length are unmasked wherever they are cut) {
  std::mt19937 random{11};
  for (std::size_t n = 0; n <= 80; ++n) {
    std::string text;
    for (std::size_t i = 0; i < n; ++i)
      text += static_cast<char>(random() % 128);
    std::string key;
    for (int i = 0; i < 4; ++i)
      key += static_cast<char>(random());
    auto bytes = frame_of(0x81, text, key);
    for (std::size_t cut = 1; cut <= bytes.size(); ++cut) {
      frame_reader subject{longest};
      auto all = read(subject, bytes.substr(0, cut));
      auto rest = read(subject, bytes.substr(cut));
      all.insert(all.end(), rest.begin(), rest.end());
      CAF_CHECK((all == events{{found::text, text}}));
    }
  }
}

CAF_TEST(a byte that is no ASCII is noticed wherever it stands) {
  for (std::size_t n : {1U, 7U, 8U, 31U, 32U, 41U, 75U})
    for (std::size_t at = 0; at < n; ++at) {
      std::string text(n, 'x');
      text[at] = '\x80';
      CAF_CHECK(flaw_of(frame_of(0x81, text)) == error::bad_frame_payload);
      text.replace(at, 1, "\xC3\xBC");
      CAF_CHECK((read(frame_of(0x81, text)) == events{{found::text, text}}));
    }
}

CAF_TEST(lengths have the shortest form and no other) {
  for (std::size_t n : {125U, 126U, 127U, 65'535U, 65'536U, 100'000U})
    CAF_CHECK_EQUAL(read(frame_of(0x81, std::string(n, 'x')), 1'000),
                    (events{{found::text, std::string(n, 'x')}}));
  CAF_CHECK(flaw_of("\x81\xFE\x00\x7Dmask"s) == error::bad_size);
  CAF_CHECK(flaw_of("\x81\xFF\x00\x00\x00\x00\x00\x00\xFF\xFFmask"s) == error::bad_size);
}

CAF_TEST(random sequences of frames are found however they are cut) {
  std::mt19937 random{3};
  std::string bytes;
  events expected;
  std::size_t extra = 0;
  std::string message;
  bool is_inside = false;
  for (int i = 0; i < 400; ++i) {
    auto n = std::vector<std::size_t>{0, 1, 7, 8, 125, 126, 4'000}[random() % 7];
    std::string payload;
    for (std::size_t j = 0; j < n; ++j)
      payload += static_cast<char>('a' + random() % 26);
    if (random() % 3 == 0) {
      payload.resize(std::min<std::size_t>(n, 125));
      auto is_ping = random() % 2 == 0;
      bytes += frame_of(is_ping ? 0x89 : 0x8A, payload);
      expected.push_back({is_ping ? found::ping : found::pong, payload});
      ++extra;
      continue;
    }
    auto is_last = random() % 2 == 0 || message.size() > 50'000;
    bytes += frame_of((is_inside ? 0U : 1U) | (is_last ? 0x80U : 0U), payload);
    message += payload;
    is_inside = !is_last;
    if (is_last)
      expected.push_back({found::text, std::exchange(message, {})});
    else
      ++extra;
  }
  for (std::size_t most : {1U, 2U, 3U, 7U, 8U, 13U, 1'536U, 1'000'000U}) {
    frame_reader subject{longest};
    CAF_CHECK(read(subject, bytes, most) == expected);
    CAF_CHECK_EQUAL(subject.take_extra_frames(), extra);
    CAF_CHECK_EQUAL(subject.take_extra_frames(), 0U);
  }
}

CAF_TEST(a control frame in the middle of a message does not change it) {
  auto bytes = frame_of(0x01, "ab") + frame_of(0x89, "now") + frame_of(0x80, "cd");
  for (std::size_t most = 1; most <= bytes.size(); ++most)
    CAF_CHECK((read(bytes, most) == events{{found::ping, "now"}, {found::text, "abcd"}}));
}

CAF_TEST(text is checked as it comes) {
  CAF_CHECK(flaw_of(frame_of(0x81, "caf\xC3")) == error::bad_frame_payload);
  CAF_CHECK(flaw_of(frame_of(0x01, "caf\xC3") + frame_of(0x80, "")) == error::bad_frame_payload);
  CAF_CHECK(flaw_of(frame_of(0x01, "caf\xC3") + frame_of(0x80, "\xA9")) == error::closed);
  // Nobody waits for what cannot become a text any more.
  CAF_CHECK(flaw_of(frame_of(0x01, "\xED\xA0")) == error::bad_frame_payload);
  CAF_CHECK(flaw_of(frame_of(0x81, "\xFFxxxx").substr(0, 7)) == error::bad_frame_payload);
  std::string text = "\u00e9\u4e2d\U0001f600";
  for (std::size_t most = 1; most <= 20; ++most)
    CAF_CHECK((read(frame_of(0x81, text), most) == events{{found::text, text}}));
}

CAF_TEST(what violates the RFC is refused as soon as its head has come) {
  CAF_CHECK(flaw_of(frame_of(0x80, "x")) == error::bad_continuation);
  CAF_CHECK(flaw_of(frame_of(0x01, "x") + frame_of(0x81, "x")) == error::bad_data_frame);
  CAF_CHECK(flaw_of("\x81\x00"s) == error::bad_unmasked_frame);
  CAF_CHECK(flaw_of(frame_of(0x09, "")) == error::bad_control_fragment);
  CAF_CHECK(flaw_of("\x89\xFE\x00\x7Emask"s) == error::bad_control_size);
  for (unsigned bit : {0x40U, 0x20U, 0x10U})
    for (unsigned first : {0x81U, 0x89U})
      CAF_CHECK(flaw_of(frame_of(first | bit, "")) == error::bad_reserved_bits);
  for (unsigned code : {3U, 7U, 11U, 15U})
    CAF_CHECK(flaw_of(frame_of(0x80U | code, "")) == error::bad_opcode);
}

CAF_TEST(a message may have its longest size and no more) {
  std::string most(longest, 'x');
  CAF_CHECK(flaw_of(frame_of(0x81, most)) == error::closed);
  CAF_CHECK(flaw_of(frame_of(0x01, most) + frame_of(0x80, "")) == error::closed);
  CAF_CHECK(flaw_of(frame_of(0x01, most) + frame_of(0x80, "x").substr(0, 6))
            == error::message_too_big);
  CAF_CHECK(flaw_of(frame_of(0x81, most + "x").substr(0, 14)) == error::message_too_big);
  CAF_CHECK(flaw_of("\x81\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFFmask"s) == error::message_too_big);
  // Each message for itself.
  CAF_CHECK(flaw_of(frame_of(0x81, most) + frame_of(0x81, most)) == error::closed);
}

CAF_TEST(a binary message is found once and never kept) {
  auto bytes = frame_of(0x02, "\xFF") + frame_of(0x80, "\xFE") + frame_of(0x81, "next");
  for (std::size_t most = 1; most <= bytes.size(); ++most)
    CAF_CHECK((read(bytes, most) == events{{found::binary, ""}, {found::text, "next"}}));
}

CAF_TEST(messages are skipped and the end is still found) {
  auto bytes = frame_of(0x80, "\xFF") + frame_of(0x81, "x") + frame_of(0x82, "y")
               + frame_of(0x88, "\x03\xE8") + frame_of(0x81, "z");
  for (std::size_t most = 1; most <= bytes.size(); ++most) {
    frame_reader subject{longest};
    CAF_CHECK(read(subject, frame_of(0x01, "begun")).empty());
    subject.skip_messages();
    CAF_CHECK((read(subject, bytes, most) == events{{found::close, "\x03\xE8"}}));
  }
}

CAF_TEST(a frame that comes in one piece stays where it is) {
  frame_reader subject{longest};
  auto bytes = frame_of(0x81, "hello");
  std::span<char> in{bytes};
  CAF_REQUIRE(subject.take(in) == found::text);
  CAF_CHECK_EQUAL(subject.payload().data(), bytes.data() + 6);
  CAF_CHECK(in.empty());
  subject.release();
  CAF_CHECK(subject.payload().empty());
}

CAF_TEST(what is missing of a frame is known) {
  frame_reader subject{longest};
  auto bytes = frame_of(0x81, std::string(70'000, 'x'));
  CAF_CHECK_EQUAL(subject.missing(), 0U);
  CAF_CHECK(read(subject, bytes.substr(0, 1'014)).empty());
  CAF_CHECK_EQUAL(subject.missing(), 69'000U);
  CAF_CHECK_EQUAL(read(subject, bytes.substr(1'014)).size(), 1U);
  CAF_CHECK_EQUAL(subject.missing(), 0U);
}
