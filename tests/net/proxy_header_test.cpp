#define CAF_SUITE proxy_header_test

#include "atrium/net/proxy_header.hpp"

#include "caf/test/unit_test.hpp"

#include <string>

using namespace atrium;
using namespace std::string_literals;

namespace {

const auto signature = "\r\n\r\n\0\r\nQUIT\n"s;

std::string header(char command, char family, const std::string& rest) {
  return signature + command + family + static_cast<char>(rest.size() / 256)
         + static_cast<char>(rest.size() % 256) + rest;
}

std::string client_in(const std::string& bytes) {
  auto size = proxy_header::size_of(std::string_view{bytes}.substr(0, proxy_header::fixed_size));
  if (!size || *size != bytes.size())
    return "no header";
  auto parsed = proxy_header::parse(bytes);
  if (!parsed)
    return "cut off";
  return parsed->client ? parsed->client->to_string() : "none";
}

const auto v4 = "\x01\x02\x03\x04\x7f\x00\x00\x01\x10\x00\x00\x50"s;
const auto v6 = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x05"s + std::string(20, '\0');

} // namespace

CAF_TEST(clients over both versions of IP are known) {
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x11', v4)), "1.2.3.4");
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x21', v6)), "2001:db8::5");
}

CAF_TEST(extensions are passed over) {
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x11', v4 + "\x03\x00\x04"s + "abcd")), "1.2.3.4");
}

CAF_TEST(a proxy may speak for itself) {
  CAF_CHECK_EQUAL(client_in(header('\x20', '\x00', "")), "none");
  CAF_CHECK_EQUAL(client_in(header('\x20', '\x11', v4)), "none");
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x31', std::string(216, 'x'))), "none");
}

CAF_TEST(addresses that are cut off are refused) {
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x11', v4.substr(1))), "cut off");
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x21', v6.substr(1))), "cut off");
  CAF_CHECK_EQUAL(client_in(header('\x21', '\x21', v4)), "cut off");
}

CAF_TEST(what is no header is refused at once) {
  CAF_CHECK(!proxy_header::size_of(""));
  CAF_CHECK(!proxy_header::size_of(signature));
  CAF_CHECK(!proxy_header::size_of("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n"));
  CAF_CHECK(!proxy_header::size_of(header('\x11', '\x11', v4)));
  CAF_CHECK(!proxy_header::size_of(header('\x22', '\x11', v4)));
  CAF_CHECK(!proxy_header::size_of(header('\x21', '\x11', std::string(521, 'x'))));
  CAF_CHECK(proxy_header::size_of(header('\x21', '\x11', std::string(520, 'x'))).has_value());
}
