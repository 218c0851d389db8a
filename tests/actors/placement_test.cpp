#define CAF_SUITE placement_test

#include "atrium/actors/placement.hpp"
#include "atrium/actors/room_types.hpp"

#include "support/actor_fixture.hpp"

#include <set>

using namespace atrium;
using namespace atrium::test;

namespace {

class custom_room : public room_logic {};

room_types with_logic() {
  return std::move(
    room_types{}
      .add<custom_room>("game:*")
      .add<custom_room>("game:chat", room_types::thread::lane)
      .add("made:*", [] { return std::make_unique<custom_room>(); })
      .add(
        "light:*", [] { return std::make_unique<custom_room>(); }, room_types::thread::lane));
}

struct fixture : node_fixture {
  fixture() : node_fixture(with_logic()) {
    for (auto& x : env->lanes) {
      units.push_back(std::make_unique<asio_unit>(sys, io, [] { return false; }));
      x.unit = units.back().get();
      x.bus = std::make_shared<scripted_bus>();
    }
  }

  ~fixture() override {
    for (auto& x : env->lanes)
      x.unit = nullptr;
  }

  lane_unit* unit_of(const std::string& room) {
    return placement::of_room(*env, room).unit(*env);
  }

  std::vector<std::unique_ptr<asio_unit>> units;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(placement_tests, fixture)

CAF_TEST(the name of a room decides where it lives and for ever) {
  std::set<lane_unit*> used;
  for (int i = 0; i < 64; ++i) {
    auto name = "room" + std::to_string(i);
    auto* unit = unit_of(name);
    CAF_REQUIRE(unit != nullptr);
    CAF_CHECK_EQUAL(unit_of(name), unit);
    used.insert(unit);
  }
  CAF_CHECK_EQUAL(used.size(), 2U);
}

CAF_TEST(rooms with logic live on the scheduler unless they say otherwise) {
  for (auto name : {"game:1", "game:", "made:x"}) {
    CAF_CHECK(unit_of(name) == nullptr);
    CAF_CHECK_EQUAL(&placement::of_room(*env, name).bus_of(*env), env->bus.get());
  }
  for (auto name : {"game:chat", "light:1", "game", "other"})
    CAF_CHECK(unit_of(name) != nullptr);
}

CAF_TEST(who lives on a lane uses its bus) {
  for (std::size_t lane = 0; lane < 2; ++lane)
    CAF_CHECK_EQUAL(&placement{lane}.bus_of(*env), env->lanes[lane].bus.get());
  env->lanes[1].bus = nullptr; // without Redis
  CAF_CHECK_EQUAL(&placement{1}.bus_of(*env), env->bus.get());
  CAF_CHECK_EQUAL(&placement{}.bus_of(*env), env->bus.get());
  CAF_CHECK(placement{}.unit(*env) == nullptr);
}

CAF_TEST(who serves on a thread without actors brings its bus) {
  scripted_bus own;
  placement there{own};
  CAF_CHECK_EQUAL(&there.bus_of(*env), &own);
  CAF_CHECK(there.unit(*env) == nullptr);
}

CAF_TEST_FIXTURE_SCOPE_END()
