#define CAF_SUITE names_test

#include "atrium/broker/names.hpp"

#include "caf/test/unit_test.hpp"

#include <random>

using namespace atrium;

namespace {

std::string random_bytes(std::mt19937& random, std::string_view alphabet) {
  std::string result;
  for (auto n = random() % 12; n > 0; --n)
    result.push_back(alphabet.empty() ? static_cast<char>(random() & 255U)
                                      : alphabet[random() % alphabet.size()]);
  return result;
}

} // namespace

CAF_TEST(names of channels are those of the documentation) {
  channel_names names{"prod:ws:acme"};
  CAF_CHECK_EQUAL(names.room("general"), "{prod:ws:acme:room:general}");
  CAF_CHECK_EQUAL(names.user("a:b"), "{prod:ws:acme:user:a%3Ab}");
  CAF_CHECK_EQUAL(names.all(), "{prod:ws:acme:all}");
  CAF_CHECK_EQUAL(names.probe("n:1"), "{prod:ws:acme:probe:n%3A1}");
}

CAF_TEST(what could be mistaken is escaped) {
  CAF_CHECK_EQUAL(escape("a%3Ab"), "a%253Ab");
  CAF_CHECK_EQUAL(escape("}{"), "%7D%7B");
  CAF_CHECK_EQUAL(escape("room 1"), "room%201");
  CAF_CHECK_EQUAL(escape("*"), "%2A");
  CAF_CHECK_EQUAL(escape("\xE6\x97\xA5"), "\xE6\x97\xA5");
}

CAF_TEST(only the canonical form decodes) {
  for (auto text : {"%3a", "%41", ":", "{", " ", "%", "%2", "%G0", "a%"})
    CAF_CHECK(!unescape(text));
}

CAF_TEST(every id survives) {
  std::mt19937 random{1};
  for (int i = 0; i < 100'000; ++i) {
    auto id = random_bytes(random, {});
    if (unescape(escape(id)) != id)
      CAF_FAIL("lost " << escape(id));
  }
}

CAF_TEST(every accepted name is the name of its id) {
  std::mt19937 random{2};
  for (int i = 0; i < 100'000; ++i) {
    auto text = random_bytes(random, "%0123456789ABCDEFabc:{} ~.");
    auto id = unescape(text);
    if (id && escape(*id) != text)
      CAF_FAIL("a second name: " << text);
  }
}
