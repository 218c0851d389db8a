#define CAF_SUITE subscription_test

#include "atrium/actors/delivery/subscription.hpp"
#include "atrium/actors/util/queue_cost.hpp"

#include "support/actor_fixture.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

shared_bytes message() {
  envelope x;
  x.event_id = "a";
  x.target = "lobby";
  x.data = "1";
  return std::make_shared<const std::string>(encode_packet(x, false, "run"));
}

shared_bytes notes(const std::string& data = "1") {
  room_note told{room_note::kind::told, {}, errc::none, "c-1", data};
  return std::make_shared<const std::string>(encode_notes({5, {told}}));
}

struct fixture : node_fixture {
  fixture() {
    // In the place of a room.
    owner = sys.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {
        [this](const arrived& x) { got.push_back(x); },
        [this](const interrupted& x) { gaps.push_back(x); },
        [](const subscribed&) {},
        [](const channel_refused&) {},
      };
    });
    subject = sys.spawn<subscription>(env, "channel", caf::actor_cast<subscriber_actor>(owner),
                                      channel_feed::bound{queue, &backlogs::rooms}, placement{});
    settle();
  }

  ~fixture() override {
    got.clear();
    caf::anon_send_exit(subject, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(owner, caf::exit_reason::user_shutdown);
    settle();
  }

  void deliver(const std::vector<shared_bytes>& batch) {
    for (auto& [name, who] : wire->subscribed)
      if (name == "channel")
        who->on_messages(batch);
  }

  std::shared_ptr<semaphore> queue = std::make_shared<semaphore>(4'096);
  std::vector<arrived> got;
  std::vector<interrupted> gaps;
  caf::actor owner;
  subscription_actor subject;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(subscription_tests, fixture)

CAF_TEST(notes reach the owner with the messages of their batch) {
  deliver({notes(), message()});
  settle();
  CAF_REQUIRE_EQUAL(got.size(), 1U);
  CAF_CHECK_EQUAL(got[0].batch.size(), 1U);
  CAF_REQUIRE_EQUAL(got[0].notes.size(), 1U);
  CAF_CHECK_EQUAL(got[0].notes[0].token, 5U);
}

CAF_TEST(notes reach the owner without messages) {
  deliver({notes()});
  settle();
  CAF_REQUIRE_EQUAL(got.size(), 1U);
  CAF_CHECK(got[0].batch.empty() && got[0].events.empty());
  CAF_CHECK_EQUAL(got[0].notes.size(), 1U);
  deliver({std::make_shared<const std::string>("garbage")});
  settle();
  CAF_CHECK_EQUAL(got.size(), 1U);
}

CAF_TEST(data of notes does not date what is dropped) {
  // The second batch finds no place: the first one has taken all.
  auto first = message();
  auto free = queue->available() - queue_cost(first->size());
  CAF_REQUIRE(queue->try_acquire(free));
  deliver({first});
  deliver({notes(R"({"a":1,"ts":7})")});
  settle();
  CAF_REQUIRE_EQUAL(got.size(), 1U);
  got.clear();
  queue->release(free);
  settle();
  CAF_REQUIRE_EQUAL(gaps.size(), 1U);
  CAF_CHECK(gaps[0].from == now && gaps[0].to == now);
}

CAF_TEST_FIXTURE_SCOPE_END()
