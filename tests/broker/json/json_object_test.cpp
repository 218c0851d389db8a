#define CAF_SUITE json_object_test

#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/json/json_writer.hpp"

#include "caf/test/unit_test.hpp"

#include <nlohmann/json.hpp>

#include <random>

using atrium::json_object;

namespace {

std::string value_of(std::string_view text, std::string_view key) {
  auto object = json_object::parse(text);
  CAF_REQUIRE(object);
  return std::string{object->find(key).value_or("(absent)")};
}

bool accepts(std::string_view text) {
  return json_object::parse(text).has_value();
}

std::string nested(std::size_t depth) {
  return R"({"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
}

} // namespace

CAF_TEST(values are slices of the text) {
  auto text = R"( {"a" : 12345678901234567890123 , "b":{"z":1,"a":2, "z":1e999}, "c":[ ]} )";
  CAF_CHECK_EQUAL(value_of(text, "a"), "12345678901234567890123");
  CAF_CHECK_EQUAL(value_of(text, "b"), R"({"z":1,"a":2, "z":1e999})");
  CAF_CHECK_EQUAL(value_of(text, "c"), "[ ]");
  CAF_CHECK_EQUAL(value_of(text, "d"), "(absent)");
}

CAF_TEST(of equal keys the last one counts) {
  CAF_CHECK_EQUAL(value_of(R"({"a":1,"a":2})", "a"), "2");
}

CAF_TEST(an escaped key is the same key) {
  CAF_CHECK_EQUAL(value_of(R"({"ty\u0070e":"x"})", "type"), R"("x")");
}

CAF_TEST(what is not exactly one object is refused) {
  for (auto text : {"",
                    " ",
                    "1",
                    "[]",
                    "null",
                    "\"a\"",
                    "{",
                    "}",
                    "{}{}",
                    "{} x",
                    R"({"a"})",
                    R"({"a":})",
                    R"({"a":1,})",
                    R"({,"a":1})",
                    R"({a:1})",
                    R"({"a":01})",
                    R"({"a":1.})",
                    R"({"a":.5})",
                    R"({"a":+1})",
                    R"({"a":-})",
                    R"({"a":1e})",
                    R"({"a":tru})",
                    R"({"a":nul})",
                    R"({"a":"\x"})",
                    R"({"a":"\u12g4"})",
                    "{\"a\":\"\n\"}",
                    R"({"a":[1,]})",
                    R"({"a":[1 2]})",
                    R"({"a":{"b":1})",
                    R"({"a":[1})",
                    R"({"a":1]})",
                    R"({'a':1})",
                    R"({"a":NaN})"})
    CAF_CHECK(!accepts(text));
}

CAF_TEST(what JSON allows is accepted) {
  for (auto text : {"{}", " { } ", R"({"":0})", R"({"a":-0.5E+10})", R"({"a":[true,false,null]})",
                    R"({"a":"\"\\\/\b\f\n\r\t\ud83d\ude00"})", R"({"a":{"b":[{"c":[]}]}})"})
    CAF_CHECK(accepts(text));
}

CAF_TEST(nesting is bounded) {
  CAF_CHECK(accepts(nested(json_object::max_depth - 1)));
  CAF_CHECK(!accepts(nested(json_object::max_depth)));
  CAF_CHECK(!accepts(nested(1'000'000)));
}

CAF_TEST(strings decode) {
  using atrium::json_string;
  CAF_CHECK(json_string(R"("a\u00e9\n")") == "a\u00e9\n");
  CAF_CHECK(json_string(R"("")") == "");
  CAF_CHECK(!json_string("12"));
  CAF_CHECK(!json_string(R"("\ud800")"));
}

CAF_TEST(only whole numbers without sign are unsigned) {
  using atrium::json_unsigned;
  CAF_CHECK(json_unsigned("9007199254740991") == 9007199254740991U);
  for (auto text : {"-1", "1.0", "1e3", "\"1\"", "99999999999999999999", ""})
    CAF_CHECK(!json_unsigned(text));
}

CAF_TEST(text survives quoting) {
  std::string text;
  for (char c = 1; c < 127; ++c)
    text.push_back(c);
  std::string quoted;
  atrium::json_writer{quoted}.text(text);
  CAF_CHECK(atrium::json_string(quoted) == text);
}

// Property: mutations of valid text are judged as a second implementation does. No
// exponents: that one refuses numbers that do not fit a double.
CAF_TEST(the grammar is that of another parser) {
  std::mt19937 random{7};
  const std::string seed = R"({"a":[1,-2.5,"x\n\u0041",{"b":null}],"c":true,"d":{}})";
  const std::string alphabet = R"({}[]",:\ 09.+-utrfalsn)";
  for (int round = 0; round < 50'000; ++round) {
    auto text = seed;
    for (auto edits = random() % 3 + 1; edits > 0; --edits)
      text[random() % text.size()] = alphabet[random() % alphabet.size()];
    auto theirs = nlohmann::json::accept(text) && nlohmann::json::parse(text).is_object();
    if (accepts(text) != theirs)
      CAF_FAIL("disagreement about " << text);
  }
}
