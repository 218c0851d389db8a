#define CAF_SUITE json_members_test

#include "atrium/broker/json/json_members.hpp"

#include "caf/test/unit_test.hpp"

#include <random>
#include <string>

using namespace atrium;
using namespace std::literals;

namespace {

struct sample {
  std::string_view first;
  std::string_view second;
  std::string_view third;
};

constexpr std::array<json_member<sample>, 3> known = {{
  {"a", &sample::first},
  {"data", &sample::second},
  {"ab", &sample::third},
}};

/// One random object of members with keys that are known, unknown, escaped or
/// doubled, sometimes damaged.
std::string make_object(std::mt19937& random) {
  static constexpr std::array keys
    = {"a"sv,          "data"sv,       "ab"sv,           ""sv,
       "A"sv,          R"(\u0061)"sv,  R"(d\u0061ta)"sv, R"(a\u0062)"sv,
       R"(\\u0061)"sv, R"(\u00611)"sv, "datas"sv,        R"(\"a)"sv};
  static constexpr std::array values
    = {"1"sv, R"("x\"\n")"sv, R"({"a":[2,{"a":3}]})"sv, "[]"sv, "null"sv, " true "sv, "-0.5e3"sv};
  std::string text = "{";
  for (auto left = random() % 6; left > 0; --left) {
    text.append(R"(")").append(keys[random() % keys.size()]).append(R"(":)");
    text.append(values[random() % values.size()]).append(left > 1 ? "," : "");
  }
  text += '}';
  if (random() % 4 == 0)
    text[random() % text.size()] = R"({}[]",:\ u0a)"[random() % 12];
  return text;
}

} // namespace

CAF_TEST(known members are found in any order) {
  auto text = R"( {"ab" : [3] ,"other":{"a":0},"data":"x","a":1} )";
  auto found = read_members(text, known);
  CAF_REQUIRE(found);
  CAF_CHECK_EQUAL(found->first, "1"sv);
  CAF_CHECK_EQUAL(found->second, "\"x\""sv);
  CAF_CHECK_EQUAL(found->third, "[3]"sv);
}

CAF_TEST(what is missing is empty) {
  auto found = read_members("{}", known);
  CAF_REQUIRE(found);
  CAF_CHECK(found->first.empty() && found->second.empty() && found->third.empty());
}

CAF_TEST(of equal members the last one counts whatever its spelling) {
  auto found = read_members(R"({"a":1,"\u0061":2,"a":3,"ab":4,"a\u0062":5})", known);
  CAF_REQUIRE(found);
  CAF_CHECK_EQUAL(found->first, "3"sv);
  CAF_CHECK_EQUAL(found->third, "5"sv);
}

CAF_TEST(nesting is bounded) {
  auto nested = [](std::size_t depth) {
    return R"({"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  CAF_CHECK(read_members(nested(json_object::max_depth - 1), known).has_value());
  CAF_CHECK(!read_members(nested(json_object::max_depth), known).has_value());
}

CAF_TEST(the members are those of a json object) {
  std::mt19937 random{13};
  int sound = 0;
  for (int round = 0; round < 100'000; ++round) {
    auto text = make_object(random);
    auto object = json_object::parse(text);
    auto found = read_members(text, known);
    if (object.has_value() != found.has_value())
      CAF_FAIL("disagreement about " << text);
    if (!object)
      continue;
    ++sound;
    for (auto& x : known)
      if (object->find(x.key).value_or("") != (*found).*x.value)
        CAF_FAIL("disagreement about " << x.key << " in " << text);
  }
  CAF_CHECK(sound > 50'000);
}
