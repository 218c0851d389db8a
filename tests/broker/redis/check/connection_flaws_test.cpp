#define CAF_SUITE connection_flaws_test

#include "atrium/broker/redis/check/connection_flaws.hpp"

#include "caf/test/unit_test.hpp"
#include "support/resp_nodes.hpp"

#include <string>

using namespace atrium;

namespace {

using test::error_reply;

redis_address address_of(const std::string& text) {
  return parse_redis_address(text).address.value();
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

} // namespace

CAF_TEST(a failed connection is explained by its cause) {
  struct {
    std::string url, error, part;
  } cases[] = {
    {"redis://host", "host: Name or service not known", "the name host does not resolve"},
    {"redis://host", "host: the name is not resolved in time", "does not resolve"},
    {"redis://host:7000", "Connection refused", "nobody listens at host:7000"},
    {"redis://host", "no connection in time", "host:6379 does not answer"},
    {"redis://host", "Network is unreachable", "cannot be reached: Network"},
    {"unix:///a", "No such file or directory", "there is no socket /a"},
    {"unix:///a", "Permission denied", "this user may not use the socket /a"},
    {"unix:///a", "Connection refused", "nobody listens on the socket /a"},
    {"rediss://host", "TLS: wrong version number", "does not speak TLS"},
    {"rediss://host", "TLS: sslv3 alert handshake failure", "wants a certificate of the node"},
    {"rediss://host", "TLS: tlsv1 alert unknown ca", "does not accept the certificate"},
  };
  for (auto& x : cases)
    CAF_CHECK(says(explain_connect(address_of(x.url), x.error), x.part));
}

CAF_TEST(a certificate that is not accepted is explained) {
  auto at = address_of("rediss://host");
  auto explained = [&](const std::string& why) {
    return explain_connect(at, "TLS: the certificate of the server is not accepted: " + why);
  };
  CAF_CHECK(says(explained("hostname mismatch"), "for another name than host"));
  CAF_CHECK(says(explained("certificate has expired"), "has expired"));
  CAF_CHECK(says(explained("certificate is not yet valid"), "not valid yet"));
  for (auto why : {"self-signed certificate", "self-signed certificate in certificate chain",
                   "unable to get local issuer certificate"})
    CAF_CHECK(says(explained(why), "not trusted here"));
  CAF_CHECK(says(explained("CA signature digest algorithm too weak"), "too weak"));
}

CAF_TEST(what is no Redis is told by what it says) {
  auto at = address_of("redis://host");
  CAF_CHECK(says(explain_silence(at, "", "HTTP/1.1 400 Bad Request\r\n"), "is an HTTP server"));
  CAF_CHECK(says(explain_silence(at, "", "<html>"), "is an HTTP server"));
  CAF_CHECK(says(explain_silence(at, "", "ERROR\r\n"), "memcached"));
  CAF_CHECK(says(explain_silence(at, "", "\x15\x03\x01"), "speaks TLS"));
  CAF_CHECK(says(explain_silence(at, "", ""), "says nothing"));
  CAF_CHECK(says(explain_silence(at, "End of file", ""), "closes the connection"));
  CAF_CHECK(says(explain_silence(at, "tlsv13 alert certificate required", ""), "--redis-cert"));
  auto text = explain_silence(at, "", "\x1b[2J" + std::string(200, 'x'));
  CAF_CHECK(text.size() < 100 && says(text, "'.[2Jxxx"));
}

CAF_TEST(a refused log - in names the way out) {
  auto explained = [](const std::string& error, bool has_password = false) {
    return explain_login(error_reply{error}, "", has_password, false);
  };
  CAF_CHECK(says(explained("WRONGPASS invalid username-password pair"), "the password is wrong"));
  CAF_CHECK(says(explained("NOAUTH Authentication required."), "--redis-password-file"));
  CAF_CHECK(says(explained("ERR AUTH <password> called without any password configured", true),
                 "the server has none"));
  CAF_CHECK(says(explained("DENIED Redis is running in protected mode"), "protected mode"));
  CAF_CHECK(says(explained("ERR max number of clients reached"), "maxclients"));
  CAF_CHECK(says(explained("LOADING Redis is loading"), "try again later"));
  CAF_CHECK(says(explained("ERR unknown command `HELLO`"), "older than Redis 6"));
  CAF_CHECK(says(explained("ERR whatever"), "ERR whatever"));
  CAF_CHECK(
    says(explain_login(error_reply{"NOAUTH"}, "", false, true), "--redis-sentinel-password-file"));
}
