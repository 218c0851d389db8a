#define CAF_SUITE proxy_header_test

#include "atrium/net/http/proxy_header.hpp"

#include "caf/test/unit_test.hpp"

#include <string>

using namespace atrium;
using namespace std::string_literals;
using state = proxy_header::state;

namespace {

const auto signature = "\r\n\r\n\0\r\nQUIT\n"s;

std::string header(char command, char family, const std::string& rest) {
  return signature + command + family + static_cast<char>(rest.size() / 256)
         + static_cast<char>(rest.size() % 256) + rest;
}

// Returns the client, `none`, `more`, or what is wrong. What follows a header must not matter.
std::string client_in(const std::string& bytes) {
  auto x = proxy_header::read(bytes);
  if (x.is == state::broken)
    return std::string{x.flaw};
  if (x.is == state::incomplete)
    return "more";
  CAF_CHECK_EQUAL(x.size, bytes.size());
  CAF_CHECK_EQUAL(proxy_header::read(bytes + "\x16\x03").size, bytes.size());
  for (std::size_t cut = 0; cut < bytes.size(); ++cut)
    CAF_CHECK(proxy_header::read(bytes.substr(0, cut)).is == state::incomplete);
  return x.client ? x.client->to_string() : "none";
}

const auto v4 = "\x01\x02\x03\x04\x7f\x00\x00\x01\x10\x00\x00\x50"s;
const auto v6 = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x05"s + std::string(20, '\0');
const auto mapped = std::string(10, '\0') + "\xff\xff\x01\x02\x03\x04"s + std::string(20, '\0');

} // namespace

CAF_TEST(clients over both versions of IP are known) {
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x11', v4)), "1.2.3.4");
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x12', v4)), "1.2.3.4");
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x21', v6)), "2001:db8::5");
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x21', mapped)), "1.2.3.4");
}

CAF_TEST(extensions are passed over) {
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x11', v4 + "\x03\x00\x04"s + "abcd")), "1.2.3.4");
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x11', v4 + std::string(4068, 'x'))), "1.2.3.4");
}

CAF_TEST(a proxy may speak for itself) {
  CAF_CHECK_EQUAL(client_in(header('\x20', '\x00', "")), "none");
  CAF_CHECK_EQUAL(client_in(header('\x20', '\x11', v4)), "none");
  CAF_CHECK_EQUAL(client_in(header('\x20', '\xff', "")), "none");
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x00', "")), "none");
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x31', std::string(216, 'x'))), "none");
}

CAF_TEST(addresses that are cut off are refused) {
  constexpr auto flaw = "is shorter than its addresses";
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x11', v4.substr(1))), flaw);
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x21', v6.substr(1))), flaw);
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x21', v4)), flaw);
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x31', v6)), flaw);
}

CAF_TEST(lines of version 1 are read) {
  struct {
    std::string line;
    std::string_view client;
  } table[] = {
    {"PROXY TCP4 1.2.3.4 5.6.7.8 1 2", "1.2.3.4"},
    {"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535", "255.255.255.255"},
    {"PROXY TCP6 2001:db8::5 ::1 0 443", "2001:db8::5"},
    {"PROXY TCP6 ::ffff:1.2.3.4 ::1 1 2", "1.2.3.4"},
    {"PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
     "65535 65535",
     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    {"PROXY UNKNOWN", "none"},
    {"PROXY UNKNOWN ffff::1 whatever", "none"},
    {"PROXY TCP4 2001:db8::5 ::1 1 2", "has not two addresses and two ports"},
    {"PROXY TCP6 1.2.3.4 5.6.7.8 1 2", "has not two addresses and two ports"},
    {"PROXY TCP4 1.2.3.4 5.6.7.8 1", "has not two addresses and two ports"},
    {"PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3", "has not two addresses and two ports"},
    {"PROXY TCP4 1.2.3.4  5.6.7.8 1 2", "has not two addresses and two ports"},
    {"PROXY TCP4 1.2.3.4 5.6.7.8 1 65536", "has not two addresses and two ports"},
    {"PROXY TCP4 1.2.3.4 5.6.7.8 01 2", "has not two addresses and two ports"},
    {"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n", "has not two addresses and two ports"},
    {"PROXY TCP6 fe80::1%lo ::1 1 2", "has not two addresses and two ports"},
    {"PROXY tcp4 1.2.3.4 5.6.7.8 1 2", "is neither TCP4, TCP6 nor UNKNOWN"},
    {"PROXY UDP4 1.2.3.4 5.6.7.8 1 2", "is neither TCP4, TCP6 nor UNKNOWN"},
    {"PROXY ", "is neither TCP4, TCP6 nor UNKNOWN"},
    {"PROXY UNKNOWN " + std::string(91, 'x'), "none"},
    {"PROXY UNKNOWN " + std::string(92, 'x'), "is a line without an end"},
  };
  for (auto& row : table)
    CAF_CHECK_EQUAL(client_in(row.line + "\r\n"), row.client);
}

CAF_TEST(what is no header is refused at once) {
  CAF_CHECK_EQUAL(client_in("G"), "begins neither with PROXY nor as version 2 does");
  CAF_CHECK_EQUAL(client_in("\x16\x03\x01"), "begins neither with PROXY nor as version 2 does");
  CAF_CHECK_EQUAL(client_in("proxy"), "begins neither with PROXY nor as version 2 does");
  CAF_CHECK_EQUAL(client_in(header('\x11', '\x11', v4)), "is of another version than 1 and 2");
  CAF_CHECK_EQUAL(client_in(header('\x31', '\x11', v4)), "is of another version than 1 and 2");
  CAF_CHECK_EQUAL(client_in(header('\x22', '\x11', v4)), "has an unknown command");
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x41', v4)), "has an unknown family or transport");
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x13', v4)), "has an unknown family or transport");
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x11', std::string(4081, 'x'))),
                  "is longer than 4096 bytes");
}
