#define CAF_SUITE proxy_reader_test

#include "atrium/net/http/proxy_reader.hpp"

#include "caf/test/unit_test.hpp"

#include <boost/asio/error.hpp>

#include <optional>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

using namespace atrium;
using namespace std::string_literals;
using state = proxy_header::state;

namespace {

const auto signature = "\r\n\r\n\0\r\nQUIT\n"s;
const auto line = "PROXY TCP4 198.51.100.7 127.0.0.1 56324 443\r\n"s;
const auto addresses = "\xc6\x33\x64\x07\x7f\x00\x00\x01\xdc\x04\x01\xbb"s;

std::string binary(char command, char family, const std::string& rest) {
  return signature + command + family + static_cast<char>(rest.size() / 256)
         + static_cast<char>(rest.size() % 256) + rest;
}

/// A reader over one end of a pair of sockets; the test is the proxy at the other end.
struct fixture {
  fixture() {
    int ends[2];
    CAF_REQUIRE_EQUAL(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    ours.assign({AF_UNIX, 0}, ends[0]);
    theirs = ends[1];
    std::make_shared<proxy_reader>(ours, [this](auto error, auto& header) {
      ++calls;
      why = error;
      flaw = header.flaw; // the header is gone after the call, its flaw is a constant
      is = header.is;
      client = header.client ? header.client->to_string() : "none";
    })->run();
    turn();
  }

  ~fixture() {
    hang_up();
    boost::system::error_code ignored;
    ours.close(ignored);
    turn(); // the reader refers to this
  }

  fixture(const fixture&) = delete;
  fixture& operator=(const fixture&) = delete;

  void turn() {
    io.restart();
    io.poll();
  }

  void say(std::string_view bytes) {
    auto n = ::send(theirs, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    CAF_REQUIRE_EQUAL(n, static_cast<ssize_t>(bytes.size()));
    turn();
  }

  // Every byte but the last one leaves the reader without an opinion.
  void say_byte_by_byte(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      CAF_REQUIRE_EQUAL(calls, 0);
      say(bytes.substr(i, 1));
    }
  }

  void hang_up() {
    if (theirs >= 0)
      ::close(theirs);
    theirs = -1;
    turn();
  }

  // What the next reader of the socket gets.
  std::string rest() {
    std::string result(8192, '\0');
    auto n = ::recv(ours.native_handle(), result.data(), result.size(), MSG_DONTWAIT);
    result.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return result;
  }

  boost::asio::io_context io;
  stream_socket ours{io.get_executor()};
  int theirs = -1;

  int calls = 0; // of whoever wants the header
  boost::system::error_code why;
  std::string flaw;
  state is = state::incomplete;
  std::string client;
};

// Returns the client that a proxy names who says this at once, or what is wrong with it.
std::string outcome_of(const std::string& bytes) {
  fixture f;
  f.say(bytes);
  CAF_CHECK_EQUAL(f.calls, 1);
  return f.is == state::complete ? f.client : f.flaw;
}

} // namespace

CAF_TEST(what follows a header stays in the socket) {
  const auto hello = "\x16\x03\x01 the client's TLS"s;
  for (auto& header : {line, binary('\x21', '\x11', addresses), binary('\x20', '\x00', "")}) {
    fixture f;
    f.say(header + hello);
    CAF_CHECK_EQUAL(f.calls, 1);
    CAF_CHECK(f.is == state::complete);
    CAF_CHECK_EQUAL(f.rest(), hello);
  }
}

CAF_TEST(a header may come byte by byte) {
  for (auto& header : {line, binary('\x21', '\x11', addresses + "\x03\x00\x04"s + "abcd")}) {
    fixture f;
    f.say_byte_by_byte(header);
    CAF_CHECK_EQUAL(f.calls, 1);
    CAF_CHECK(!f.why);
    CAF_CHECK_EQUAL(f.client, "198.51.100.7");
    CAF_CHECK_EQUAL(f.rest(), "");
    f.say("GET / HTTP/1.1");
    CAF_CHECK_EQUAL(f.rest(), "GET / HTTP/1.1");
    CAF_CHECK_EQUAL(f.calls, 1);
  }
}

CAF_TEST(the last part of a header may bring what follows) {
  for (auto& header : {line, binary('\x21', '\x11', addresses)})
    for (std::size_t cut = 1; cut < header.size(); ++cut) {
      fixture f;
      f.say(header.substr(0, cut));
      CAF_CHECK_EQUAL(f.calls, 0);
      f.say(header.substr(cut) + "PROXY ");
      CAF_CHECK_EQUAL(f.client, "198.51.100.7");
      CAF_CHECK_EQUAL(f.rest(), "PROXY ");
    }
}

CAF_TEST(the first of two headers counts) {
  fixture f;
  auto second = "PROXY TCP4 10.0.0.1 127.0.0.1 1 2\r\n"s;
  f.say(line + second);
  CAF_CHECK_EQUAL(f.client, "198.51.100.7");
  CAF_CHECK_EQUAL(f.rest(), second);
}

CAF_TEST(a proxy that speaks for itself names nobody) {
  for (auto& header : {"PROXY UNKNOWN\r\n"s, "PROXY UNKNOWN ::1 ::1 1 2\r\n"s,
                       binary('\x20', '\x00', ""), binary('\x20', '\x11', addresses),
                       binary('\x21', '\x00', ""), binary('\x21', '\x31', std::string(216, '/'))})
    CAF_CHECK_EQUAL(outcome_of(header), "none");
}

CAF_TEST(what is no header is refused with its first wrong byte) {
  CAF_CHECK_EQUAL(outcome_of("G"), "begins neither with PROXY nor as version 2 does");
  CAF_CHECK_EQUAL(outcome_of("\x16"), "begins neither with PROXY nor as version 2 does");
  CAF_CHECK_EQUAL(outcome_of("PROXX"), "begins neither with PROXY nor as version 2 does");
  auto forged = signature.substr(0, 11) + "X";
  CAF_CHECK_EQUAL(outcome_of(forged), "begins neither with PROXY nor as version 2 does");
  CAF_CHECK_EQUAL(outcome_of(binary('\x11', '\x11', addresses)),
                  "is of another version than 1 and 2");
  CAF_CHECK_EQUAL(outcome_of(binary('\x21', '\x11', "four")), "is shorter than its addresses");
}

CAF_TEST(a broken header is refused though it came in parts) {
  fixture f;
  f.say("PROX");
  f.say("Y TCP4 198.51.100.7 ");
  CAF_CHECK_EQUAL(f.calls, 0);
  f.say("::1 1 2\r\n");
  CAF_CHECK_EQUAL(f.calls, 1);
  CAF_CHECK(f.is == state::broken);
  CAF_CHECK_EQUAL(f.flaw, "has not two addresses and two ports");
}

CAF_TEST(an endless line is refused at the longest that there may be) {
  fixture f;
  f.say_byte_by_byte("PROXY UNKNOWN " + std::string(93, 'x'));
  CAF_CHECK_EQUAL(f.calls, 1);
  CAF_CHECK_EQUAL(f.flaw, "is a line without an end");
  f.say(std::string(10'000, 'x'));
  CAF_CHECK_EQUAL(f.calls, 1);
}

CAF_TEST(a header as long as allowed is read and a longer one is refused by its length) {
  auto longest = binary('\x21', '\x11', addresses + std::string(4068, '\0'));
  CAF_REQUIRE_EQUAL(longest.size(), proxy_header::longest);
  fixture f;
  f.say(longest.substr(0, 4000));
  CAF_CHECK_EQUAL(f.calls, 0);
  f.say(longest.substr(4000) + "more");
  CAF_CHECK_EQUAL(f.client, "198.51.100.7");
  CAF_CHECK_EQUAL(f.rest(), "more");
  // Nobody waits for its 4081 bytes, of which none has come.
  CAF_CHECK_EQUAL(outcome_of(signature + "\x21\x11\x0f\xf1"), "is longer than 4096 bytes");
  CAF_CHECK_EQUAL(outcome_of(signature + "\x21\x11\xff\xff"), "is longer than 4096 bytes");
}

CAF_TEST(who hangs up within a header is at fault and who says nothing is not ) {
  for (auto& header : {line, binary('\x21', '\x11', addresses)})
    for (std::size_t cut : {std::size_t{1}, header.size() / 2, header.size() - 1}) {
      fixture f;
      f.say(header.substr(0, cut));
      f.hang_up();
      CAF_CHECK_EQUAL(f.calls, 1);
      CAF_CHECK(f.why == boost::asio::error::eof);
      CAF_CHECK(f.is == state::incomplete);
      CAF_CHECK_EQUAL(f.flaw, "ends within its header");
    }
  fixture probe;
  probe.hang_up();
  CAF_CHECK_EQUAL(probe.calls, 1);
  CAF_CHECK(probe.why == boost::asio::error::eof);
  CAF_CHECK_EQUAL(probe.flaw, "");
}

CAF_TEST(who hangs up after a header has said it) {
  fixture f;
  f.say(line);
  f.hang_up();
  CAF_CHECK_EQUAL(f.calls, 1);
  CAF_CHECK(!f.why);
  CAF_CHECK_EQUAL(f.client, "198.51.100.7");
}

// The session closes the socket when the time for a request is over.
CAF_TEST(who is too slow is at fault and who says nothing is not ) {
  for (auto& part : {""s, "P"s, line.substr(0, line.size() - 1), signature}) {
    fixture f;
    f.say(part);
    CAF_CHECK_EQUAL(f.calls, 0);
    f.ours.close();
    f.turn();
    CAF_CHECK_EQUAL(f.calls, 1);
    CAF_CHECK(f.why == boost::asio::error::operation_aborted);
    CAF_CHECK(f.is == state::incomplete);
    CAF_CHECK_EQUAL(f.flaw, part.empty() ? "" : "says only a part of a header in time");
  }
}
