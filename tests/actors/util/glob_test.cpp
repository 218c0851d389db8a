#define CAF_SUITE glob_test

#include "atrium/actors/util/glob.hpp"

#include "caf/test/unit_test.hpp"

#include <string>

using namespace atrium;

namespace {

bool fits(std::string_view pattern, std::string_view name) {
  return glob{pattern}.fits(name);
}

} // namespace

CAF_TEST(a text fits itself) {
  CAF_CHECK(fits("lobby", "lobby"));
  CAF_CHECK(!fits("lobby", "lobb"));
  CAF_CHECK(!fits("lobb", "lobby"));
  CAF_CHECK(!fits("", "lobby"));
  CAF_CHECK(fits("", ""));
}

CAF_TEST(a star is any text and a question mark one character) {
  for (auto* pattern : {"*", "lob*", "*by", "l*y", "*o*b*", "lobby*", "**", "l?b?y", "?????"})
    CAF_CHECK(fits(pattern, "lobby"));
  for (auto* pattern : {"lob?", "*c*", "b*", "*b", "??????", "lobby?", "?"})
    CAF_CHECK(!fits(pattern, "lobby"));
}

CAF_TEST(a question mark is a character of several bytes) {
  CAF_CHECK(fits("s?ng", "s\u00fcng"));
  CAF_CHECK(fits("?", "\U0001F600"));
  CAF_CHECK(!fits("??", "\U0001F600"));
  CAF_CHECK(fits("*\u00fc?", "\u00fc\u00fc\u00e4"));
}

CAF_TEST(a star gives back what it has taken too much) {
  CAF_CHECK(fits("*ab", "aab"));
  CAF_CHECK(fits("a*ab*b", "aabb ab"));
  CAF_CHECK(!fits("*a*b*c", "abab"));
  std::string many(128, 'a');
  std::string stars;
  for (int i = 0; i < 60; ++i)
    stars += "*a";
  CAF_CHECK(fits(stars + '*', many));
  CAF_CHECK(!fits(stars + "*b", many)); // soon
}
