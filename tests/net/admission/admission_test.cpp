#define CAF_SUITE admission_test

#include "atrium/net/admission/admission.hpp"
#include "atrium/net/admission/page_origin.hpp"
#include "atrium/net/admission/refused_origins.hpp"
#include "atrium/net/options/option_values.hpp"
#include "atrium/net/transport/listen_address.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;

namespace {

// Returns the user who is let in, or the status of the refusal.
std::string admit_at(std::string_view target, std::string_view origin = {}, origin_rules by = {}) {
  by.is_local = false;
  auto result = admit({target, "node.example:8080", origin}, by);
  if (auto* no = std::get_if<refusal>(&result))
    return std::to_string(no->status);
  return std::get<identity>(result).user;
}

} // namespace

CAF_TEST(the query names the user) {
  CAF_CHECK_EQUAL(admit_at("/ws?user=ann"), "ann");
  CAF_CHECK_EQUAL(admit_at("/ws?x=1&user=a%20b+c&y"), "a b c");
  CAF_CHECK_EQUAL(admit_at("/ws?user=%C3%A9"), "\u00e9");
}

CAF_TEST(without a name one is made up) {
  CAF_CHECK(admit_at("/ws").starts_with("guest-"));
  CAF_CHECK(admit_at("/ws?superuser=x").starts_with("guest-"));
  CAF_CHECK(admit_at("/ws") != admit_at("/ws"));
}

CAF_TEST(bad names are refused) {
  for (auto target : {"/ws?user=", "/ws?user", "/ws?user=%00", "/ws?user=%zz", "/ws?user=%4",
                      "/ws?user=%FF", "/ws?user=a%0Ab"})
    CAF_CHECK_EQUAL(admit_at(target), "400");
  CAF_CHECK_EQUAL(admit_at("/ws?user=" + std::string(129, 'x')), "400");
}

CAF_TEST(the query names the device) {
  auto is_refused = [](const std::string& query) {
    return refuse_device({"/ws" + query, "", ""}).has_value();
  };
  CAF_CHECK(!is_refused(""));
  CAF_CHECK(!is_refused("?user=a"));
  CAF_CHECK(!is_refused("?device=a"));
  CAF_CHECK(!is_refused("?user=a&device=my_Phone-1.2%41"));
  CAF_CHECK(!is_refused("?device=" + std::string(64, 'x')));
  for (auto bad : {"", "a b", "a+b", "a%20b", "a:b", "%", "%ff", "\u00e9", "a/b", "a%00"})
    CAF_CHECK(is_refused("?device=" + std::string{bad}));
  CAF_CHECK(is_refused("?device=" + std::string(65, 'x')));
  auto why = refuse_device({"/ws?device=", "", ""});
  CAF_CHECK_EQUAL(why->status, 400U);
  CAF_CHECK(why->message.starts_with("'device'"));
}

CAF_TEST(pages of other hosts stay outside) {
  CAF_CHECK_EQUAL(admit_at("/ws?user=a", "http://node.example:8080"), "a");
  CAF_CHECK_EQUAL(admit_at("/ws?user=a", "https://NODE.example:8080"), "a");
  for (auto origin : {"http://node.example", "http://evil.example", "null",
                      "http://node.example:8080.evil.example"})
    CAF_CHECK_EQUAL(admit_at("/ws?user=a", origin), "403");
}

CAF_TEST(a node of this machine alone is for pages of this machine) {
  auto admitted = [](const std::string& host) {
    auto origin = "http://" + host;
    return std::holds_alternative<identity>(admit({"/ws?user=a", host, origin}, {}));
  };
  for (auto host : {"localhost:8080", "127.0.0.1:8080", "127.1.2.3", "[::1]:8080", "[::1]"})
    CAF_CHECK(admitted(host));
  for (auto host : {"evil.example:8080", "127.0.0.1.evil.example", "10.0.0.1:8080"})
    CAF_CHECK(!admitted(host));
}

CAF_TEST(a developer has pages on other ports of the machine) {
  auto status = [](const std::string& origin, bool trusting = true,
                   const std::string& host = "localhost:8080") {
    origin_rules by;
    by.is_trusting = trusting;
    return refuse_origin({"/ws?user=a", host, origin}, by) ? 403 : 101;
  };
  for (auto origin : {"http://127.0.0.1:5173", "http://localhost:8095", "https://[::1]:3000",
                      "http://app.localhost", "http://LOCALHOST:1", "http://localhost."})
    CAF_CHECK_EQUAL(status(origin), 101);
  for (auto origin : {"http://evil.example", "http://localhost.evil.example", "http://10.0.0.1",
                      "null", "file://", "capacitor://localhost", "http://", "rubbish"})
    CAF_CHECK_EQUAL(status(origin), 403);
  CAF_CHECK_EQUAL(status("http://127.0.0.1:5173", false), 403);
  CAF_CHECK_EQUAL(status("http://127.0.0.1:5173", true, "evil.example:8080"), 403);
}

CAF_TEST(an operator may allow origins) {
  origin_rules by;
  by.allowed = {"https://app.example"};
  CAF_CHECK_EQUAL(admit_at("/ws?user=a", "https://app.example", by), "a");
  CAF_CHECK_EQUAL(admit_at("/ws?user=a", "http://node.example:8080", by), "403");
  by.allowed = {"*"};
  CAF_CHECK_EQUAL(admit_at("/ws?user=a", "null", by), "a");
}

CAF_TEST(origins are compared by what they mean) {
  struct {
    std::string allowed;
    std::string origin;
    bool same;
  } table[] = {
    {"https://app.example", "https://app.example", true},
    {"HTTPS://App.Example", "https://app.example:443", true},
    {"http://app.example:80", "http://app.example", true},
    {"http://app.example:080", "http://app.example", true},
    {"https://app.example", "http://app.example", false},
    {"https://app.example", "https://app.example:8443", false},
    {"https://app.example:80", "https://app.example", false},
    {"https://app.example", "https://app.example.", false},
    {"https://app.example", "https://sub.app.example", false},
    {"https://app.example", "https://app.example.evil.example", false},
    {"https://xn--bcher-kva.example", "https://XN--BCHER-KVA.example", true},
    {"https://xn--bcher-kva.example", "https://b\u00fccher.example", false},
    {"http://[::1]:8080", "http://[0:0:0:0:0:0:0:1]:8080", true},
    {"capacitor://localhost", "capacitor://localhost", true},
    {"capacitor://localhost", "ionic://localhost", false},
    {"capacitor://localhost", "http://localhost", false},
    {"ionic://localhost", "Ionic://LocalHost", true},
    {"chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop", true},
    {"chrome-extension://abcdefghijklmnop", "chrome-extension://ponmlkjihgfedcba", false},
    {"app://x:80", "app://x", false}, // no default port is known
    {"file://", "file://", true},
    {"file://", "null", false},
    {"null", "null", true},
    {"null", "file://", false},
    {"null", "https://app.example", false},
  };
  for (auto& row : table) {
    origin_rules by;
    by.allowed = {row.allowed};
    CAF_CHECK_EQUAL(check_origin(row.allowed), "");
    CAF_CHECK_EQUAL(admit_at("/ws?user=a", row.origin, by), row.same ? "a" : "403");
  }
  for (auto bad : {"", "app.example", "https://", "https://a/", "https://a/b", "https://a?b",
                   "https://a:", "https://a:0", "https://a:65536", "https://a:b", "https://u@a",
                   "https://*.example", "https://b\u00fccher.example", "1a://b", "://b", "NULL",
                   "https://[::1", "https://a b"})
    CAF_CHECK_NOT_EQUAL(check_origin(bad), "");
}

CAF_TEST(the own host is the own host with the port that the scheme has) {
  CAF_CHECK(is_origin_of("node.example", "https://node.example"));
  CAF_CHECK(is_origin_of("node.example:443", "https://node.example"));
  CAF_CHECK(is_origin_of("node.example", "http://node.example:80"));
  CAF_CHECK(is_origin_of("[::1]:8080", "http://[0::1]:8080"));
  CAF_CHECK(!is_origin_of("node.example:80", "https://node.example"));
  CAF_CHECK(!is_origin_of("node.example", "https://node.example:8443"));
  CAF_CHECK(!is_origin_of("", "null"));
  CAF_CHECK(!is_origin_of("", "http://"));
}

CAF_TEST(this machine is known by any of its spellings) {
  for (auto host : {"localhost", "LocalHost", "localhost.", "a.localhost", "127.0.0.1", "127.9.9.9",
                    "::1", "[::1]", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "[::ffff:7f00:1]"})
    CAF_CHECK(is_loopback_host(host));
  for (auto host : {"", ".", "localhost.example", "127.0.0.1.example", "128.0.0.1", "::2",
                    "::ffff:128.0.0.1", "0.0.0.0", "::", "xlocalhost", "2130706433"})
    CAF_CHECK(!is_loopback_host(host));
}

CAF_TEST(the log is told of few origins) {
  refused_origins x;
  refused_origins::clock::time_point now{std::chrono::hours{5}};
  CAF_CHECK(x.is_new("http://a", now));
  CAF_CHECK(!x.is_new("http://a", now));
  for (std::size_t i = 1; i < refused_origins::most; ++i)
    CAF_CHECK(x.is_new("http://" + std::to_string(i), now));
  CAF_CHECK(!x.is_new("http://b", now)); // somebody makes them up
  CAF_CHECK(x.is_new("http://b", now + std::chrono::hours{1}));
  CAF_CHECK(x.is_new("http://a", now + std::chrono::hours{1}));
}
