#define CAF_SUITE admission_test

#include "atrium/net/admission.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;

namespace {

// Returns the user who is let in, or the status of the refusal.
std::string knock_at(std::string_view target, std::string_view origin = {}, options by = {}) {
  by.listen.host = "0.0.0.0";
  auto result = admit({target, "node.example:8080", origin}, by);
  if (auto* no = std::get_if<refusal>(&result))
    return std::to_string(no->status);
  return std::get<identity>(result).user;
}

} // namespace

CAF_TEST(the query names the user) {
  CAF_CHECK_EQUAL(knock_at("/ws?user=ann"), "ann");
  CAF_CHECK_EQUAL(knock_at("/ws?x=1&user=a%20b+c&y"), "a b c");
  CAF_CHECK_EQUAL(knock_at("/ws?user=%C3%A9"), "\u00e9");
}

CAF_TEST(without a name one is made up) {
  CAF_CHECK(knock_at("/ws").starts_with("guest-"));
  CAF_CHECK(knock_at("/ws?superuser=x").starts_with("guest-"));
  CAF_CHECK(knock_at("/ws") != knock_at("/ws"));
}

CAF_TEST(bad names are refused) {
  for (auto target : {"/ws?user=", "/ws?user", "/ws?user=%00", "/ws?user=%zz", "/ws?user=%4",
                      "/ws?user=%FF", "/ws?user=a%0Ab"})
    CAF_CHECK_EQUAL(knock_at(target), "400");
  CAF_CHECK_EQUAL(knock_at("/ws?user=" + std::string(129, 'x')), "400");
}

CAF_TEST(pages of other hosts stay outside) {
  CAF_CHECK_EQUAL(knock_at("/ws?user=a", "http://node.example:8080"), "a");
  CAF_CHECK_EQUAL(knock_at("/ws?user=a", "https://NODE.example:8080"), "a");
  for (auto origin : {"http://node.example", "http://evil.example", "null",
                      "http://node.example:8080.evil.example"})
    CAF_CHECK_EQUAL(knock_at("/ws?user=a", origin), "403");
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

CAF_TEST(an operator may allow origins) {
  options by;
  by.allow_origin = {"https://app.example"};
  CAF_CHECK_EQUAL(knock_at("/ws?user=a", "https://app.example", by), "a");
  CAF_CHECK_EQUAL(knock_at("/ws?user=a", "http://node.example:8080", by), "403");
  by.allow_origin = {"*"};
  CAF_CHECK_EQUAL(knock_at("/ws?user=a", "null", by), "a");
}
