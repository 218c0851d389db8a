#define CAF_SUITE send_in_place_test

#include "atrium/actors/util/send_in_place.hpp"

#include "caf/test/dsl.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <string>

using namespace atrium;

namespace {

using listener_actor = caf::typed_actor<caf::reacts_to<std::string>>;

struct heard {
  std::string text;
  caf::strong_actor_ptr from;
};

listener_actor::behavior_type listener(listener_actor::pointer self, heard* out) {
  return {
    [=](const std::string& x) {
      *out = {x, self->current_sender()};
    },
  };
}

using fixture = test_coordinator_fixture<>;

} // namespace

CAF_TEST_FIXTURE_SCOPE(send_in_place_tests, fixture)

CAF_TEST(a message that is made in its place comes from who has sent it) {
  heard out;
  auto receiver = sys.spawn(listener, &out);
  send_in_place(&*self, receiver, [] { return std::string(100, 'x'); });
  run();
  CAF_CHECK_EQUAL(out.text, std::string(100, 'x'));
  CAF_CHECK(out.from == caf::actor_cast<caf::strong_actor_ptr>(self));
}

CAF_TEST(or from nobody) {
  heard out;
  auto receiver = sys.spawn(listener, &out);
  std::string text{"hello"};
  anon_send_in_place(receiver, [&] { return std::move(text); });
  run();
  CAF_CHECK_EQUAL(out.text, "hello");
  CAF_CHECK(!out.from);
}

CAF_TEST(without a receiver no message is made) {
  auto made = false;
  auto make = [&] {
    made = true;
    return std::string{};
  };
  anon_send_in_place(listener_actor{}, make);
  send_in_place(&*self, listener_actor{}, make);
  CAF_CHECK(!made);
}

CAF_TEST_FIXTURE_SCOPE_END()
