#define CAF_SUITE rendezvous_test

#include "atrium/broker/util/rendezvous.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <map>

using namespace atrium;

namespace {

std::vector<std::string> nodes(int count) {
  std::vector<std::string> result;
  for (int i = 0; i < count; ++i)
    result.push_back("run" + std::to_string(i));
  return result;
}

std::string first(int key, const std::vector<std::string>& among) {
  return by_rendezvous("table:" + std::to_string(key), among, 1).at(0);
}

constexpr int keys = 10'000;

} // namespace

// Nodes of different versions have to agree: these numbers never change.
CAF_TEST(weights are the same everywhere) {
  CAF_CHECK_EQUAL(rendezvous_weight("table:1", "a"), 8993548962612016250U);
  CAF_CHECK_EQUAL(rendezvous_weight("", ""), 14342695089815666501U);
  CAF_CHECK(rendezvous_weight("b", "a") != rendezvous_weight("ab", ""));
}

CAF_TEST(the order does not depend on how the nodes are listed) {
  auto listed = nodes(7);
  auto expected = by_rendezvous("r", listed, 7);
  std::ranges::sort(listed);
  do
    CAF_REQUIRE(by_rendezvous("r", listed, 7) == expected);
  while (std::ranges::next_permutation(listed).found);
}

CAF_TEST(each node gets its share) {
  std::map<std::string, int> shares;
  for (int i = 0; i < keys; ++i)
    ++shares[first(i, nodes(5))];
  CAF_REQUIRE_EQUAL(shares.size(), 5U);
  // Binomial with a deviation of 40: five of them.
  for (auto& [node, share] : shares)
    CAF_CHECK(share > keys / 5 - 200 && share < keys / 5 + 200);
}

CAF_TEST(only what a node had moves when it goes and it goes to all others) {
  auto all = nodes(5);
  auto rest = all;
  rest.erase(rest.begin() + 2);
  std::map<std::string, int> heirs;
  for (int i = 0; i < keys; ++i) {
    auto before = first(i, all);
    auto after = first(i, rest);
    if (before == "run2")
      ++heirs[after];
    else
      CAF_REQUIRE_EQUAL(before, after);
  }
  CAF_CHECK_EQUAL(heirs.size(), 4U);
}

CAF_TEST(as many as wanted are returned and no more than there are) {
  CAF_CHECK_EQUAL(by_rendezvous("r", nodes(5), 3).size(), 3U);
  CAF_CHECK_EQUAL(by_rendezvous("r", nodes(2), 3).size(), 2U);
  CAF_CHECK(by_rendezvous("r", {}, 3).empty());
}
