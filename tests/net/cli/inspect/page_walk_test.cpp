#define CAF_SUITE page_walk_test

#include "atrium/net/cli/inspect/page_walk.hpp"

#include <caf/test/unit_test.hpp>

using namespace atrium::tool;

namespace {

inspect_options list(task what, std::size_t limit) {
  inspect_options result;
  result.what = what;
  result.limit = limit;
  return result;
}

/// A page of the names from `from` on.
json page(int from, int count, const json& next) {
  json result{{"rooms", json::array()}, {"total", 9}, {"next", next}};
  for (auto i = from; i < from + count; ++i)
    result["rooms"].push_back({{"name", "r" + std::to_string(i)}, {"id", i}});
  return result;
}

json tree(const char* kind, std::size_t count, std::size_t total, const json& next) {
  json rows = json::array();
  for (std::size_t i = 0; i < count; ++i)
    rows.push_back({{"kind", kind}});
  json directory{{"kind", "directory"}, {"children", rows}, {"children_total", total}};
  json lane{{"kind", "lane"}};
  return {{"tree", {{"kind", "node"}, {"children", json::array({lane, directory})}}},
          {"next", next}};
}

} // namespace

CAF_TEST(one_page_may_be_all) {
  page_walk pages{list(task::rooms, 50)};
  CAF_CHECK_EQUAL(pages.target(), "rooms?limit=50");
  pages.take(page(0, 2, nullptr));
  CAF_CHECK(pages.is_done() && !pages.is_cut());
  CAF_CHECK_EQUAL(pages.rows(), 2U);
}

CAF_TEST(pages_are_followed_to_the_last_one) {
  auto options = list(task::rooms, inspect_options::no_limit);
  options.prefix = "r ";
  page_walk pages{options};
  CAF_CHECK_EQUAL(pages.target(), "rooms?prefix=r%20&limit=500");
  pages.take(page(0, 2, "r&1"));
  CAF_CHECK(!pages.is_done());
  CAF_CHECK_EQUAL(pages.target(), "rooms?prefix=r%20&limit=500&after=r%261");
  pages.take(page(2, 1, nullptr));
  CAF_CHECK(pages.is_done() && !pages.is_cut());
  CAF_REQUIRE_EQUAL(pages.view()["rooms"].size(), 3U);
  CAF_CHECK_EQUAL(pages.view()["rooms"][2]["name"], "r2");
}

CAF_TEST(no_more_rows_are_asked_for_than_wanted) {
  page_walk pages{list(task::rooms, 700)};
  CAF_CHECK_EQUAL(pages.target(), "rooms?limit=500");
  pages.take(page(0, 500, "r499"));
  CAF_CHECK_EQUAL(pages.target(), "rooms?limit=200&after=r499");
  pages.take(page(500, 200, "r699"));
  CAF_CHECK(pages.is_done() && pages.is_cut());
}

CAF_TEST(a_place_that_comes_again_ends_the_walk) {
  page_walk pages{list(task::rooms, 100)};
  pages.take(page(0, 1, "r0"));
  pages.take(page(0, 1, "r0"));
  CAF_CHECK(pages.is_done() && !pages.is_cut());
}

CAF_TEST(something_else_than_a_page_ends_the_walk) {
  for (auto text : {"7", "[]", "{}", R"({"rooms":7,"next":"a"})", R"({"next":"a"})"}) {
    page_walk pages{list(task::rooms, 100)};
    pages.take(json::parse(text));
    CAF_CHECK(pages.is_done());
    page_walk trees{list(task::tree, 100)};
    trees.take(json::parse(text));
    CAF_CHECK(trees.is_done());
  }
}

CAF_TEST(a_tree_goes_on_with_its_users_behind_its_rooms) {
  page_walk pages{list(task::tree, 100)};
  pages.take(tree("room", 2, 3, "room:b"));
  pages.take(tree("room", 1, 3, "user:"));
  CAF_CHECK_EQUAL(pages.target(), "tree?limit=97&after=user%3A");
  pages.take(tree("user", 2, 2, nullptr));
  CAF_CHECK(pages.is_done() && !pages.is_cut());
  auto& children = pages.view()["tree"]["children"];
  CAF_REQUIRE_EQUAL(children.size(), 2U);
  CAF_CHECK_EQUAL(children[1]["children"].size(), 5U);
  CAF_CHECK_EQUAL(children[1]["children_total"], 5);
}
