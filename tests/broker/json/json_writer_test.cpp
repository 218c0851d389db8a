#define CAF_SUITE json_writer_test

#include "atrium/broker/json/json_writer.hpp"

#include "caf/test/unit_test.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <limits>
#include <string>

using namespace atrium;

CAF_TEST(members and elements are separated by commas) {
  std::string text;
  json_writer out{text};
  out.open_object().text("a", "x").number("n", -3).boolean("b", true).key("none").null();
  out.key("list").open_array().number(1U).text("y").open_object().close_object();
  out.open_array().close_array().close_array().raw("raw", "[1, 2]").close_object();
  CAF_CHECK_EQUAL(text,
                  R"({"a":"x","n":-3,"b":true,"none":null,"list":[1,"y",{},[]],"raw":[1, 2]})");
}

CAF_TEST(what stands in the string stays without a comma) {
  std::string text = "0:";
  json_writer{text}.open_object().number("v", 1).close_object();
  CAF_CHECK_EQUAL(text, R"(0:{"v":1})");
}

CAF_TEST(members may stand alone) {
  std::string text;
  json_writer out{text};
  out.text("a", "x");
  out.any_key("b\n").number(2);
  CAF_CHECK_EQUAL(text, R"("a":"x","b\u000a":2)");
}

CAF_TEST(numbers are written whole) {
  std::string text;
  json_writer out{text};
  out.open_array()
    .number(std::numeric_limits<std::int64_t>::min())
    .number(std::numeric_limits<std::uint64_t>::max())
    .number(std::uint8_t{7})
    .decimal(1.5)
    .decimal(0.0625, 3)
    .decimal(std::numeric_limits<double>::infinity())
    .close_array();
  CAF_CHECK_EQUAL(text, "[-9223372036854775808,18446744073709551615,7,1.500000,0.062,null]");
}

// Words of eight bytes are looked at together; what needs an escape may stand
// anywhere in them, beside any other byte.
CAF_TEST(every text is read as it was written) {
  for (auto special : {'"', '\\', '\n', '\0', '\x1f', '!', '#', '[', ']', '\x7f'})
    for (std::size_t size = 1; size < 20; ++size)
      for (std::size_t i = 0; i < size; ++i)
        for (auto other : {'x', ' ', '\\'}) {
          std::string value(size, other);
          value[i] = special;
          std::string text;
          json_writer{text}.text(value);
          auto read = nlohmann::json::parse(text, nullptr, false);
          if (!read.is_string() || read.get<std::string>() != value)
            CAF_ERROR("not the same: " << text);
        }
  std::string text;
  json_writer{text}.text("\xC3\xA4\xE6\x97\xA5 \"\xF0\x9F\x98\x80\"");
  CAF_CHECK_EQUAL(text, "\"\xC3\xA4\xE6\x97\xA5 \\\"\xF0\x9F\x98\x80\\\"\"");
}

CAF_TEST(text that is not UTF - 8 loses what is not ASCII) {
  std::string text;
  json_writer out{text};
  out.open_object().any_key("\xFF").any_text("a\xC3(\xC3\xA4\"").close_object();
  CAF_CHECK_EQUAL(text, R"({"?":"a?(??\""})");
}
