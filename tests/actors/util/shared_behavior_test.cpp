#define CAF_SUITE shared_behavior_test

#include "atrium/actors/util/observed.hpp"

#include "caf/test/unit_test.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/blocking_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <vector>

using namespace atrium;

namespace {

using counter_actor = caf::typed_actor<caf::replies_to<int>::with<int>>;

struct counter_state {
  static inline constexpr auto name = "counter";
  int sum = 0;
};

/// Adds up what it gets, by a behaviour that all counters share.
class counter : public caf::stateful_actor<counter_state, observed<counter_actor::base>> {
public:
  explicit counter(caf::actor_config& config) : stateful_actor(config) {
    // nop
  }

  behavior_type make_behavior() override {
    static const behavior_type shared{
      [](int x) { return handling<counter>().state.sum += x; },
    };
    return shared;
  }
};

int ask(caf::scoped_actor& self, const counter_actor& whom, int what) {
  int result = -1;
  self->request(whom, caf::infinite, what)
    .receive([&](int sum) { result = sum; }, [](const caf::error&) { CAF_FAIL("no answer"); });
  return result;
}

} // namespace

CAF_TEST(actors that share a behaviour share no state) {
  caf::actor_system_config config;
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  std::vector<counter_actor> counters;
  for (int i = 0; i < 100; ++i)
    counters.push_back(system.spawn<counter>());
  for (int round = 1; round <= 3; ++round)
    for (int i = 0; i < 100; ++i)
      CAF_CHECK_EQUAL(ask(self, counters[static_cast<std::size_t>(i)], i), round * i);
}

CAF_TEST(a message inside of another one gives the actor back) {
  caf::actor_system_config config;
  caf::actor_system system{config};
  caf::scoped_actor first{system};
  caf::scoped_actor second{system};
  auto* outer = static_cast<caf::local_actor*>(first.ptr());
  auto* inner = static_cast<caf::local_actor*>(second.ptr());
  CAF_CHECK(handling_scope::current() == nullptr);
  {
    handling_scope one{*outer};
    CAF_CHECK(handling_scope::current() == outer);
    {
      handling_scope two{*inner};
      CAF_CHECK(handling_scope::current() == inner);
    }
    CAF_CHECK(handling_scope::current() == outer);
  }
  CAF_CHECK(handling_scope::current() == nullptr);
}
