#define CAF_SUITE html_page_test

#include "atrium/net/http/chat_page.hpp"
#include "atrium/net/http/html_page.hpp"
#include "atrium/net/inspector/inspector_page.hpp"

#include "support/occurrences.hpp"

#include <caf/test/unit_test.hpp>

using namespace atrium;
using atrium::test::occurrences;

namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

} // namespace

// The hash is what `printf alert | openssl dgst -sha256 -binary | base64` says.
CAF_TEST(scripts_are_known_by_their_hashes) {
  auto policy = policy_of("<p><script>alert</script><style></style><script>x</script>");
  CAF_CHECK(
    has(policy, "script-src 'sha256-35BQWN1npAn++BSA6B5HNlcrDttNf7mHxpXNB+Jg7IE=' 'sha256-"));
  CAF_CHECK(has(policy, "; style-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';"));
  CAF_CHECK(has(policy_of("<p>"), "script-src 'none'; style-src 'none';"));
}

CAF_TEST(the_pages_of_the_node_have_nothing_that_needs_more) {
  for (auto page : {chat_page(), inspector_page()}) {
    auto policy = policy_of(page);
    CAF_CHECK_EQUAL(occurrences(policy, "'sha256-"),
                    occurrences(page, "<script") + occurrences(page, "<style"));
    for (auto part : {"unsafe", "*", "http:", "https:"})
      CAF_CHECK(!has(policy, part));
    for (auto part : {" style=\"", " onclick=", " src=\"http", "javascript:"})
      CAF_CHECK(!has(page, part));
    CAF_CHECK(has(policy, "frame-ancestors 'none'"));
  }
}
