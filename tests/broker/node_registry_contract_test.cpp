#define CAF_SUITE node_registry_contract_test

#include "atrium/broker/memory/memory_node_registry.hpp"

#include "caf/test/unit_test.hpp"
#include "support/redis_kinds.hpp"
#include "support/registry_member.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

CAF_TEST(a node lists itself until it stops and says so then) {
  auto rule = [](node_registry& at) {
    at.start();
    CAF_REQUIRE(eventually([&] { return list(at).error.empty(); }));
    auto listing = list(at);
    CAF_REQUIRE_EQUAL(listing.nodes.size(), 1u);
    CAF_CHECK(listing.nodes[0].self && !listing.nodes[0].silent);
    CAF_CHECK_EQUAL(listing.nodes[0].report.run, "a");
    CAF_CHECK(at.stats().connected);
    at.stop(5s);
    CAF_CHECK_EQUAL(list(at).nodes.size(), 1u);
  };
  if (is_chosen("memory")) {
    memory_node_registry memory{[] { return node_info{"of a", "a", "", 0, 0, 0, 0, 0, "", ""}; }};
    rule(memory);
  }
  on_every_redis([&](const shared_redis& on) {
    own_node_registry redis{registry_config(on, "a", {20ms, 1s, 1s})};
    rule(redis);
  });
}

CAF_TEST(nodes see each other and what they say of themselves) {
  on_every_redis([](const shared_redis& on) {
    registry_member a{on, "a"};
    registry_member b{on, "b"};
    CAF_CHECK(a.lists({"a", "b"}));
    CAF_CHECK(b.lists({"a", "b"}));
    auto listing = b.list();
    CAF_CHECK_EQUAL(listing.error, "");
    CAF_CHECK_EQUAL(listing.nodes[0].report.node, "of a");
    CAF_CHECK_EQUAL(listing.nodes[0].report.connections, 3U);
    CAF_CHECK(!listing.nodes[0].self && listing.nodes[1].self);
    CAF_CHECK(listing.nodes[0].seen_s < 5);
  });
}

CAF_TEST(who stops is gone and who falls silent is forgotten later) {
  on_every_redis([](const shared_redis& on) {
    registry_member a{on, "a"};
    registry_member b{on, "b"};
    // A node that sends one heartbeat: its next one would be in an hour.
    registry_member c{on, "c", {1h, 1s, 1s}};
    CAF_CHECK(a.lists({"a", "b", "c"}));
    b.registry.stop(5s);
    CAF_CHECK(a.lists({"a", "c!"}));
    CAF_CHECK(a.lists({"a"}));
  });
}
