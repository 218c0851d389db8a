#define CAF_SUITE websocket_codec_test

#include "atrium/net/cli/bench/websocket_codec.hpp"

#include <caf/test/unit_test.hpp>

#include <vector>

using namespace atrium::bench;
using namespace std::string_literals;

namespace {

struct received {
  opcode code;
  std::string payload;

  bool operator==(const received&) const = default;
};

/// A frame as servers send it.
std::string server_frame_of(opcode code, const std::string& payload) {
  std::string res;
  append_frame(res, code, payload);
  auto header = res.size() - payload.size();
  res.erase(header - 4, 4); // the key
  res[1] = static_cast<char>(res[1] & 0x7F);
  return res;
}

const std::vector<received> samples = {
  {opcode::text, ""},           {opcode::text, "hello"},
  {opcode::ping, "p"},          {opcode::text, std::string(125, 'a')},
  {opcode::pong, ""},           {opcode::text, std::string(126, 'b')},
  {opcode::binary, "\0x"s},     {opcode::text, std::string(300, 'c')},
  {opcode::close, "\x03\xE8"s},
};

std::string bytes_of(const std::vector<received>& frames) {
  std::string res;
  for (const auto& x : frames)
    res += server_frame_of(x.code, x.payload);
  return res;
}

/// Collects what a reader makes of pieces.
struct sink {
  frame_reader reader;
  std::vector<received> got;

  bool feed(std::string_view bytes) {
    return reader.feed(bytes, [this](const server_frame& x) {
      got.push_back({x.code, std::string{x.payload}});
      return true;
    });
  }
};

} // namespace

CAF_TEST(a_client_frame_is_masked_with_zeros) {
  std::string small;
  append_frame(small, opcode::text, "hi");
  CAF_CHECK_EQUAL(small, "\x81\x82\0\0\0\0hi"s);
  std::string medium;
  append_frame(medium, opcode::text, std::string(126, 'x'));
  CAF_CHECK_EQUAL(medium.substr(0, 8), "\x81\xFE\0\x7E\0\0\0\0"s);
  std::string large;
  append_frame(large, opcode::binary, std::string(65'536, 'x'));
  CAF_CHECK_EQUAL(large.substr(0, 14), "\x82\xFF\0\0\0\0\0\x01\0\0\0\0\0\0"s);
}

CAF_TEST(frames_are_read_whole) {
  sink x;
  CAF_CHECK(x.feed(bytes_of(samples)));
  CAF_CHECK(x.got == samples);
}

CAF_TEST(frames_are_read_whatever_the_point_at_which_the_bytes_are_split) {
  auto bytes = bytes_of(samples);
  for (std::size_t at = 0; at <= bytes.size(); ++at) {
    sink x;
    CAF_CHECK(x.feed(std::string_view{bytes}.substr(0, at)));
    CAF_CHECK(x.feed(std::string_view{bytes}.substr(at)));
    if (x.got != samples)
      CAF_ERROR("split at " << at);
  }
}

CAF_TEST(frames_are_read_byte_by_byte) {
  sink x;
  for (auto byte : bytes_of(samples))
    CAF_CHECK(x.feed({&byte, 1}));
  CAF_CHECK(x.got == samples);
}

CAF_TEST(a_frame_with_eight_bytes_of_length_is_read) {
  std::vector<received> large = {{opcode::text, std::string(70'000, 'x')}, {opcode::text, "y"}};
  auto bytes = bytes_of(large);
  for (std::size_t at : {1U, 2U, 5U, 9U, 10U, 11U, 60'000U}) {
    sink x;
    CAF_CHECK(x.feed(std::string_view{bytes}.substr(0, at)));
    CAF_CHECK(x.feed(std::string_view{bytes}.substr(at)));
    CAF_CHECK(x.got == large);
  }
}

CAF_TEST(reading_stops_when_the_handler_says_so) {
  frame_reader reader;
  auto calls = 0;
  CAF_CHECK(reader.feed(bytes_of(samples), [&](const server_frame&) { return ++calls < 2; }));
  CAF_CHECK_EQUAL(calls, 2);
}

CAF_TEST(what_no_server_may_send_is_refused) {
  CAF_CHECK(!sink{}.feed("\x81\x82\0\0\0\0hi"s));         // masked
  CAF_CHECK(!sink{}.feed("\x01\x02hi"s));                 // a fragment
  CAF_CHECK(!sink{}.feed("\x80\x02hi"s));                 // a continuation
  CAF_CHECK(!sink{}.feed("\xC1\x02hi"s));                 // compressed
  CAF_CHECK(!sink{}.feed("\x83"s));                       // unknown opcode
  CAF_CHECK(!sink{}.feed("\x81\x7F\xFF\0\0\0\0\0\0\0"s)); // beyond any sense
}

CAF_TEST(an_upgrade_is_read_once_its_head_is_complete) {
  auto head = "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: "
              "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"s;
  for (std::size_t at = 0; at < head.size(); ++at)
    CAF_CHECK_EQUAL(read_upgrade_reply(std::string_view{head}.substr(0, at)).size, 0U);
  auto reply = read_upgrade_reply(head + "\x81\x02hi");
  CAF_CHECK_EQUAL(reply.size, head.size());
  CAF_CHECK_EQUAL(reply.status, 101);
}

CAF_TEST(a_refused_or_wrong_upgrade_is_noticed) {
  CAF_CHECK_EQUAL(read_upgrade_reply("HTTP/1.1 503 Busy\r\n\r\n").status, 503);
  CAF_CHECK_EQUAL(read_upgrade_reply("HTTP/1.1 101 X\r\nSec-WebSocket-Accept: no\r\n\r\n").status,
                  0);
  CAF_CHECK_EQUAL(read_upgrade_reply("SSH-2.0\r\n\r\n").status, 0);
  auto endless = read_upgrade_reply(std::string(20'000, 'x'));
  CAF_CHECK(endless.size > 0 && endless.status == 0);
}

CAF_TEST(an_upgrade_request_names_host_and_target) {
  auto text = upgrade_request("localhost:8080", "/ws?user=a");
  CAF_CHECK(text.starts_with("GET /ws?user=a HTTP/1.1\r\nHost: localhost:8080\r\n"));
  CAF_CHECK(text.ends_with("\r\n\r\n"));
}
