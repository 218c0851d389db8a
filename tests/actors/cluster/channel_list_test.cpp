#define CAF_SUITE channel_list_test

#include "atrium/actors/cluster/channel_list.hpp"
#include "atrium/actors/room/room_ranking.hpp"
#include "atrium/broker/json/json_object.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;

namespace {

struct fixture {
  void add(const std::string& name, std::size_t members) {
    auto one = std::make_shared<room_tally>(1'000);
    one->members.set(members);
    rooms.add(++number, name, one);
  }

  std::string text(const std::string& pattern, std::size_t bytes = 1'000) const {
    return to_json(rooms.list(list_occupied{pattern, bytes}));
  }

  room_ranking rooms;
  caf::actor_id number = 0;
};

survey_result said(std::vector<std::string> answers) {
  survey_result result;
  for (auto& x : answers)
    result.answers.push_back({"n" + std::to_string(result.answers.size()), "r", std::move(x)});
  return result;
}

using numbers = std::map<std::string, std::uint64_t>;
using names = std::vector<std::string>;

} // namespace

CAF_TEST_FIXTURE_SCOPE(channel_list_tests, fixture)

CAF_TEST(a node lists the rooms that fit and have members) {
  add("chat:a", 2);
  add("chat:b", 3);
  add("chat:empty", 0);
  add("game", 1);
  CAF_CHECK_EQUAL(text(""), R"({"rooms":{"chat:b":3,"chat:a":2,"game":1}})");
  CAF_CHECK_EQUAL(text("chat:?"), R"({"rooms":{"chat:b":3,"chat:a":2}})");
  CAF_CHECK_EQUAL(text("nobody*"), R"({"rooms":{}})");
}

CAF_TEST(the largest rooms are listed where not all have room) {
  for (std::size_t i = 1; i <= 100; ++i)
    add("room \"" + std::to_string(i) + '"', i);
  auto all = text("", 400);
  CAF_CHECK(all.size() <= 400 + 64);
  auto merged = merge_channels(said({all}));
  CAF_CHECK(merged.is_truncated);
  CAF_CHECK(merged.rooms.size() >= 5);
  auto least = 100 - merged.rooms.size() + 1;
  for (auto& [name, members] : merged.rooms)
    CAF_CHECK(members >= least);
}

CAF_TEST(a list is one JSON object whatever the names are) {
  add("a\"\\/\u00e9", 1);
  auto json = text("");
  CAF_CHECK(is_json_value(json));
  auto merged = merge_channels(said({json}));
  CAF_CHECK_EQUAL(merged.rooms, (numbers{{"a\"\\/\u00e9", 1}}));
  CAF_CHECK(!merged.is_truncated);
}

CAF_TEST(what the nodes say is added up) {
  auto merged = merge_channels(said({R"({"rooms":{"a":2,"b":1}})", R"({"rooms":{}})",
                                     R"({"later":[1],"rooms":{"b":4,"c":1},"truncated":true})"}));
  CAF_CHECK_EQUAL(merged.rooms, (numbers{{"a", 2}, {"b", 5}, {"c", 1}}));
  CAF_CHECK(merged.is_truncated);
  CAF_CHECK(merged.silent.empty());
}

CAF_TEST(a node without a list counts as silent) {
  auto from = said({"", R"({"error":"busy"})", R"({"rooms":{"a":1}})", R"({"rooms":{"b":"x"}})",
                    R"({"rooms":[1]})"});
  from.silent = {"gone"};
  from.error = "no bus";
  auto merged = merge_channels(from);
  CAF_CHECK_EQUAL(merged.rooms, (numbers{{"a", 1}}));
  CAF_CHECK_EQUAL(merged.silent, (names{"gone", "n0", "n1", "n3", "n4"}));
  CAF_CHECK_EQUAL(merged.error, "no bus");
}

CAF_TEST_FIXTURE_SCOPE_END()
