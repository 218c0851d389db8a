#define CAF_SUITE lane_members_test

#include "support/actor_fixture.hpp"

#include <random>
#include <set>

using namespace atrium;
using namespace atrium::test;

namespace {

struct fixture : node_fixture {
  std::set<actor_number> members(actor_number room) const {
    std::set<actor_number> result;
    table.for_members(room, [&](client_session&, actor_number who) { result.insert(who); });
    return result;
  }
  connection_actor add() {
    auto who = connect("u").actor;
    table.add(who, std::make_shared<recording_session>());
    return who;
  }
  lane_members table;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(lane_members_tests, fixture)

CAF_TEST(a room has those who entered and have not left) {
  auto a = add()->id();
  auto b = add()->id();
  table.add_member(1, a);
  table.add_member(1, b);
  table.add_member(2, a);
  table.remove_member(1, a);
  CAF_CHECK_EQUAL(members(1), std::set{b});
  CAF_CHECK_EQUAL(members(2), std::set{a});
  table.remove_member(1, b);
  CAF_CHECK_EQUAL(table.rooms(), 1U);
}

CAF_TEST(who goes is gone from all rooms) {
  auto a = add()->id();
  auto b = add()->id();
  for (actor_number room : {1U, 2U, 3U}) {
    table.add_member(room, a);
    table.add_member(room, b);
  }
  CAF_CHECK(table.remove(a) != nullptr);
  CAF_CHECK(table.remove(a) == nullptr);
  CAF_CHECK(table.find(a) == nullptr);
  for (actor_number room : {1U, 2U, 3U})
    CAF_CHECK_EQUAL(members(room), std::set{b});
}

CAF_TEST(a dissolved room has nobody) {
  auto a = add()->id();
  table.add_member(1, a);
  table.add_member(2, a);
  CAF_CHECK_EQUAL(table.remove_room(1).size(), 1U);
  CAF_CHECK(members(1).empty());
  table.remove_member(2, a);
  CAF_CHECK_EQUAL(table.rooms(), 0U);
}

CAF_TEST(strangers are ignored) {
  table.add_member(1, 4711);
  table.remove_member(1, 4711);
  auto a = add()->id();
  table.remove_member(1, a);
  CAF_CHECK_EQUAL(table.rooms(), 0U);
}

// Property: against a model, whatever the order of steps.
CAF_TEST(it agrees with a simple model) {
  std::mt19937 random{3};
  std::vector<actor_number> who;
  for (int i = 0; i < 12; ++i)
    who.push_back(add()->id());
  std::map<actor_number, std::set<actor_number>> model;
  for (int step = 0; step < 5'000; ++step) {
    auto room = random() % 5 + 1;
    auto x = who[random() % who.size()];
    if (model[room].contains(x)) {
      table.remove_member(room, x);
      model[room].erase(x);
    } else {
      table.add_member(room, x);
      model[room].insert(x);
    }
    if (members(room) != model[room])
      CAF_FAIL("step " << step);
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
