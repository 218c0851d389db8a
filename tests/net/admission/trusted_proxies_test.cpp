#define CAF_SUITE trusted_proxies_test

#include "atrium/net/admission/trusted_proxies.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;

namespace {

boost::asio::ip::address ip(const char* text) {
  return boost::asio::ip::make_address(text);
}

const trusted_proxies proxies{{"10.0.0.0/8", "192.168.7.9", "2001:db8::/33", "fd00::1"}};

std::string client_of(const char* peer, std::string_view forwarded) {
  return proxies.client_of(ip(peer), forwarded).to_string();
}

} // namespace

CAF_TEST(networks contain what their first bits say) {
  for (auto inside : {"10.0.0.1", "10.255.255.255", "192.168.7.9", "2001:db8::1",
                      "2001:db8:7fff::1", "fd00::1", "::ffff:10.1.2.3"})
    CAF_CHECK(proxies.contains(ip(inside)));
  for (auto outside : {"11.0.0.1", "9.255.255.255", "192.168.7.8", "2001:db8:8000::1",
                       "2001:db9::1", "fd00::2", "::10.1.2.3", "127.0.0.1"})
    CAF_CHECK(!proxies.contains(ip(outside)));
}

CAF_TEST(everything and nothing are networks too) {
  CAF_CHECK(trusted_proxies({"0.0.0.0/0"}).contains(ip("1.2.3.4")));
  CAF_CHECK(!trusted_proxies({"0.0.0.0/0"}).contains(ip("2001:db8::1")));
  CAF_CHECK(trusted_proxies({"::/0"}).contains(ip("1.2.3.4")));
  CAF_CHECK(trusted_proxies({"::/0"}).contains(ip("ffff:ffff::1")));
  CAF_CHECK(!trusted_proxies({}).contains(ip("1.2.3.4")));
}

CAF_TEST(neither the host bits of a network nor the zone of an address count) {
  trusted_proxies some{{"10.1.2.3/8", "fe80::1/64"}};
  CAF_CHECK(some.contains(ip("10.200.0.1")));
  CAF_CHECK(some.contains(ip("fe80::2%1")));
  CAF_CHECK(!some.contains(ip("fe81::2%1")));
}

CAF_TEST(a peer that is no proxy is the client whatever it says) {
  CAF_CHECK_EQUAL(client_of("1.2.3.4", "5.6.7.8"), "1.2.3.4");
}

CAF_TEST(a proxy names the client) {
  CAF_CHECK_EQUAL(client_of("10.0.0.1", "5.6.7.8"), "5.6.7.8");
  CAF_CHECK_EQUAL(client_of("10.0.0.1", " 2001:db9::5 "), "2001:db9::5");
  CAF_CHECK_EQUAL(client_of("10.0.0.1", "5.6.7.8:4711"), "5.6.7.8");
  CAF_CHECK_EQUAL(client_of("10.0.0.1", "[2001:db9::5]:4711"), "2001:db9::5");
  CAF_CHECK_EQUAL(client_of("10.0.0.1", "::ffff:5.6.7.8"), "5.6.7.8");
}

CAF_TEST(what a client has written in front counts for nothing) {
  CAF_CHECK_EQUAL(client_of("10.0.0.1", "8.8.8.8, 5.6.7.8, 10.0.0.2"), "5.6.7.8");
  CAF_CHECK_EQUAL(client_of("10.0.0.1", "10.0.0.9,5.6.7.8"), "5.6.7.8");
  CAF_CHECK_EQUAL(client_of("10.0.0.1", "8.8.8.8, rubbish, 10.0.0.2"), "10.0.0.2");
}

CAF_TEST(empty entries do not count) {
  CAF_CHECK_EQUAL(client_of("10.0.0.1", "5.6.7.8, ,"), "5.6.7.8");
  CAF_CHECK_EQUAL(client_of("10.0.0.1", "5.6.7.8,,10.0.0.2"), "5.6.7.8");
}

CAF_TEST(what a proxy has appended that is no address is named) {
  auto unclear_in = [](const char* peer, std::string_view forwarded) {
    std::string_view result;
    proxies.client_of(ip(peer), forwarded, &result);
    return result;
  };
  CAF_CHECK_EQUAL(unclear_in("10.0.0.1", "8.8.8.8, unknown, 10.0.0.2"), "unknown");
  CAF_CHECK_EQUAL(unclear_in("10.0.0.1", "rubbish, 8.8.8.8"), ""); // the client's own words
  CAF_CHECK_EQUAL(unclear_in("10.0.0.1", ""), "");
  CAF_CHECK_EQUAL(unclear_in("1.2.3.4", "rubbish"), "");
}

CAF_TEST(a proxy that says nothing stands for itself) {
  for (auto empty : {"", " ", ",", "unknown", "[::1", "1.2.3.4:5:6", "999.1.1.1"})
    CAF_CHECK_EQUAL(client_of("10.0.0.1", empty), "10.0.0.1");
  CAF_CHECK_EQUAL(client_of("10.0.0.1", "10.0.0.3, 10.0.0.2"), "10.0.0.3");
}

CAF_TEST(unsound networks are refused) {
  for (auto good : {"10.0.0.0/8", "::1", "::1/128", "1.2.3.4/32", "1.2.3.4/0"})
    CAF_CHECK_EQUAL(check_network(good), "");
  for (auto bad : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "::1/129", "10.0.0.0/-1", "10.0.0.0/8x",
                   "host", "10.0.0.0/8/8", "10.0.0/8", "10.0.0.0/4294967304"})
    CAF_CHECK_NOT_EQUAL(check_network(bad), "");
}
