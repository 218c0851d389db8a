#define CAF_SUITE room_owners_contract_test

#include "caf/test/unit_test.hpp"
#include "support/owners_medium.hpp"

#include <thread>

using namespace atrium;
using namespace atrium::test;
using namespace std::string_literals;

namespace {

using runs = std::vector<std::string>;

} // namespace

CAF_TEST(the first candidate that is alive owns the room and keeps it) {
  on_every_owners([](owners_medium& medium) {
    auto here = medium.make_node();
    auto there = medium.make_node();
    auto nobody = find(*here, "x", {"a", "b"});
    CAF_CHECK_EQUAL(nobody.error, errc::none);
    CAF_CHECK(!nobody.owner);
    medium.live("b");
    auto owner = owner_of(*here, "x", {"a", "b"});
    CAF_CHECK_EQUAL(owner.run, "b");
    CAF_CHECK(owner.token > 0);
    // A better one has come: the living owner stays.
    medium.live("a");
    CAF_CHECK(owner_of(*there, "x", {"a", "b"}) == owner);
    CAF_CHECK(owner_of(*here, "x", {}) == owner);
    // Another room is its own.
    CAF_CHECK_EQUAL(owner_of(*there, "y", {"a", "b"}).run, "a");
    CAF_CHECK(owner_of(*there, "y", {}).token > owner.token);
  });
}

CAF_TEST(the room of a dead owner goes to the next with a higher token) {
  on_every_owners([](owners_medium& medium) {
    auto node = medium.make_node();
    medium.live("a");
    auto first = owner_of(*node, "x", {"a", "b"});
    medium.die("a");
    CAF_CHECK(!find(*node, "x", {"a", "b"}).owner);
    medium.live("b");
    auto second = owner_of(*node, "x", {"a", "b"});
    CAF_CHECK_EQUAL(second.run, "b");
    CAF_CHECK(second.token > first.token);
    // Who was dead comes too late.
    medium.live("a");
    CAF_CHECK(owner_of(*node, "x", {"a", "b"}) == second);
  });
}

CAF_TEST(finders at the same time agree) {
  on_every_owners([](owners_medium& medium) {
    runs all{"a", "b", "c", "d"};
    for (auto& run : all)
      medium.live(run);
    std::vector<std::shared_ptr<room_owners>> nodes;
    std::vector<ownership> found(all.size());
    for (std::size_t i = 0; i < all.size(); ++i)
      nodes.push_back(medium.make_node());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < all.size(); ++i)
      threads.emplace_back([&, i] { found[i] = owner_of(*nodes[i], "x", {all[i]}); });
    for (auto& x : threads)
      x.join();
    for (auto& x : found)
      CAF_CHECK(x == found[0]);
    CAF_CHECK(found[0].token != 0);
  });
}

CAF_TEST(a state is there for the next owner) {
  on_every_owners([](owners_medium& medium) {
    auto here = medium.make_node();
    auto there = medium.make_node();
    medium.live("a");
    bus_member member{medium.on(), channel_names{"n"}.room("x")};
    CAF_REQUIRE(member.is_subscribed());
    auto first = owner_of(*here, "x", {"a"}).token;
    CAF_CHECK_EQUAL(state_of(open(*here, "x", first)), "-");
    CAF_CHECK(say(*here, "x", first, word(1, "s1", "m1")) == fencing::passed);
    CAF_CHECK(say(*here, "x", first, word(2, "", "m2")) == fencing::passed);
    CAF_CHECK(say(*here, "x", first, word(3, "s3")) == fencing::passed);
    CAF_CHECK(say(*here, "x", first, word(4, "", "m4")) == fencing::passed);
    CAF_CHECK(member.receives({"m1", "m2", "m4"}));
    medium.live("b");
    auto second = renew(*there, "x", first, "b");
    CAF_CHECK(second > first);
    CAF_CHECK_EQUAL(state_of(open(*there, "x", second)), "s3");
    CAF_CHECK(say(*there, "x", second, word(1, "s5", "m5")) == fencing::passed);
    CAF_CHECK(member.receives({"m1", "m2", "m4", "m5"}));
  });
}

CAF_TEST(an old token is fenced once the new one has opened) {
  on_every_owners([](owners_medium& medium) {
    auto node = medium.make_node();
    medium.live("a");
    auto first = opened(*node);
    medium.die("a");
    medium.live("b");
    auto second = owner_of(*node, "x", {"b"}).token;
    // Nobody has opened with it: what the old owner says still counts.
    CAF_CHECK(say(*node, "x", first, word(1, "s1")) == fencing::passed);
    CAF_CHECK(release(*node, "x", first) == fencing::fenced);
    CAF_CHECK_EQUAL(state_of(open(*node, "x", second)), "s1");
    bus_member member{medium.on(), channel_names{"n"}.room("x")};
    CAF_REQUIRE(member.is_subscribed());
    CAF_CHECK(say(*node, "x", first, word(2, "old", "old")) == fencing::fenced);
    CAF_CHECK(open(*node, "x", first).result == fencing::fenced);
    CAF_CHECK(say(*node, "x", second, word(1, "s2", "new")) == fencing::passed);
    CAF_CHECK(member.receives({"new"}));
    CAF_CHECK_EQUAL(node->stats().fenced, 3u);
    CAF_CHECK_EQUAL(node->stats().said, 2u);
  });
}

CAF_TEST(a token opens once and its words are in order) {
  on_every_owners([](owners_medium& medium) {
    auto node = medium.make_node();
    medium.live("a");
    auto token = opened(*node);
    CAF_CHECK(open(*node, "x", token).result == fencing::fenced);
    CAF_CHECK(say(*node, "x", token, word(2, "s2")) == fencing::fenced);
    CAF_CHECK(say(*node, "x", token, word(1, "s1")) == fencing::passed);
    CAF_CHECK(say(*node, "x", token, word(1, "s1")) == fencing::fenced);
    // The way back for one that does not know: a new token.
    auto next = renew(*node, "x", token, "a");
    CAF_CHECK(next > token);
    CAF_CHECK_EQUAL(state_of(open(*node, "x", next)), "s1");
    CAF_CHECK(say(*node, "x", next, word(1, "s2")) == fencing::passed);
    CAF_CHECK((owner_of(*node, "x", {}) == ownership{"a", next}));
  });
}

CAF_TEST(words that nobody waits for take effect in order) {
  on_every_owners([](owners_medium& medium) {
    auto node = medium.make_node();
    medium.live("a");
    auto token = opened(*node);
    bus_member member{medium.on(), channel_names{"n"}.room("x")};
    CAF_REQUIRE(member.is_subscribed());
    std::vector<std::string> expected;
    for (std::uint64_t i = 1; i <= 500; ++i) {
      expected.push_back("m" + std::to_string(i));
      node->say("x", token, word(i, "s" + std::to_string(i), expected.back()), [](auto) {});
    }
    CAF_CHECK(member.receives(expected));
    CAF_CHECK_EQUAL(state_of(open(*node, "x", token + 1)), "s500");
  });
}

CAF_TEST(who never opened is fenced) {
  on_every_owners([](owners_medium& medium) {
    auto node = medium.make_node();
    medium.live("a");
    auto token = owner_of(*node, "x", {"a"}).token;
    CAF_CHECK(say(*node, "x", token, word(1, "s")) == fencing::fenced);
    CAF_CHECK_EQUAL(state_of(open(*node, "x", token)), "-");
  });
}

CAF_TEST(a released room has no owner and keeps its state) {
  on_every_owners([](owners_medium& medium) {
    auto node = medium.make_node();
    medium.live("a");
    auto token = opened(*node);
    say(*node, "x", token, word(1, "s1"));
    CAF_CHECK(release(*node, "x", token) == fencing::passed);
    CAF_CHECK(!find(*node, "x", {}).owner);
    CAF_CHECK(release(*node, "x", token) == fencing::fenced);
    auto next = owner_of(*node, "x", {"a"}).token;
    CAF_CHECK(next > token);
    CAF_CHECK_EQUAL(state_of(open(*node, "x", next)), "s1");
  });
}

CAF_TEST(rooms of the dead are forgotten little by little) {
  on_every_owners([](owners_medium& medium) {
    auto node = medium.make_node();
    medium.live("a");
    medium.live("b");
    for (int i = 0; i < 20; ++i)
      owner_of(*node, "dead" + std::to_string(i), {"a"});
    auto kept = owner_of(*node, "x", {"b"});
    medium.die("a");
    // Until a look at a room of the dead finds no owner to begin with, a
    // hundred looks at another room must have swept most of them.
    for (int i = 0; i < 400; ++i)
      CAF_REQUIRE(owner_of(*node, "x", {}) == kept);
    medium.live("a");
    auto swept = 0;
    for (int i = 0; i < 20; ++i)
      swept += find(*node, "dead" + std::to_string(i), {}).owner ? 0 : 1;
    CAF_CHECK(swept >= 19);
    CAF_CHECK(owner_of(*node, "x", {}) == kept);
  });
}

CAF_TEST(after the stop nothing is known) {
  on_every_owners([](owners_medium& medium) {
    auto node = medium.make_node();
    medium.live("a");
    auto token = opened(*node);
    node->stop(std::chrono::seconds{1});
    CAF_CHECK_EQUAL(find(*node, "x", {"a"}).error, errc::bus_unavailable);
    CAF_CHECK(say(*node, "x", token, word(1, "s")) == fencing::unknown);
    CAF_CHECK(open(*node, "x", token + 1).result == fencing::unknown);
    CAF_CHECK(release(*node, "x", token) == fencing::unknown);
    CAF_CHECK(!node->stats().connected);
  });
}
