#define CAF_SUITE room_posts_test

#include "support/actor_fixture.hpp"

#include <stdexcept>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

/// Says how many messages it has seen, and does what they say.
class counting_logic : public room_logic {
public:
  decision on_message(const member& from, room_message& message) override {
    if (message.data == "\"throw\"")
      throw std::runtime_error{"moody"};
    if (message.data == "\"bad\"")
      return decision::refuse("no such words");
    message.data = "[" + std::to_string(++messages_) + ",\"" + from.user + "\"]";
    return decision::accept();
  }

private:
  int messages_ = 0;
};

class lingering_logic final : public counting_logic {
public:
  std::chrono::milliseconds linger() const override {
    return 30s;
  }
};

class broken_logic final : public room_logic {
public:
  broken_logic() {
    throw std::runtime_error{"cannot start"};
  }
};

/// What the back end hears of its messages, such as `none` or `room_refused: why`.
struct fixture : node_fixture {
  fixture()
    : node_fixture(
      room_types{}.add<counting_logic>("short:*").add<lingering_logic>("long:*").add<broken_logic>(
        "broken")) {
    // nop
  }

  void send(const std::string& room, std::string data, std::string event_id = {}) {
    caf::anon_send(root, message_to(room, std::move(data), std::move(event_id)));
  }

  void post(const std::string& room, std::string data, std::string event_id = {}) {
    send(room, std::move(data), std::move(event_id));
    settle();
  }

  post_in_room message_to(const std::string& room, std::string data, std::string event_id = {}) {
    return {room, {std::move(data), std::move(event_id), {}}, false, {}, [this](post_result x) {
              CAF_CHECK(x.receipt.error == x.code);
              told.push_back(std::string{to_string(x.code)} + (x.why.empty() ? "" : ": " + x.why));
              ids.push_back(std::move(x.event_id));
            }};
  }

  std::size_t rooms() {
    std::size_t result = 0;
    auto asked = self->request(root, caf::infinite, list_children{child_kind::room, {}, {}, 9});
    settle();
    asked.receive([&](children& x) { result = x.total; }, [](caf::error&) {});
    return result;
  }

  lines told;
  lines ids;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(room_posts_tests, fixture)

CAF_TEST(a message of the back end has no sender and the logic sees it) {
  auto ann = connect("ann");
  join(ann, "short:1");
  ann.out->take();
  post("short:1", "\"x\"", "id-1");
  CAF_CHECK_EQUAL(told, lines{"none"});
  CAF_CHECK_EQUAL(ids, lines{"id-1"});
  auto seen = ann.out->take();
  CAF_REQUIRE_EQUAL(seen.size(), 1U);
  CAF_CHECK(seen[0].find("\"data\":[1,\"\"]") != std::string::npos);
  CAF_CHECK(seen[0].find("id-1") != std::string::npos);
  CAF_CHECK(seen[0].find("\"sender\"") == std::string::npos);
}

CAF_TEST(a room without members is opened for a message and ends) {
  auto sub = std::make_shared<recording_session>();
  post("short:1", "\"x\"");
  CAF_CHECK_EQUAL(told, lines{"none"});
  CAF_CHECK(!ids.at(0).empty());
  CAF_CHECK_EQUAL(rooms(), 0U);
  post("short:1", "\"x\"");
  auto ann = connect("ann");
  join(ann, "short:1");
  post("short:1", "\"x\"");
  CAF_CHECK_EQUAL(ann.out->count("\"data\":[1,\"\"]"), 1U); // another state
}

CAF_TEST(a room that lingers keeps its state after a message) {
  post("long:1", "\"x\"");
  CAF_CHECK_EQUAL(rooms(), 1U);
  auto ann = connect("ann");
  join(ann, "long:1");
  post("long:1", "\"x\"");
  CAF_CHECK_EQUAL(ann.out->count("\"data\":[2,\"\"]"), 1U);
  disconnect(ann);
  now += 31s;
  sched.advance_time(31s);
  settle();
  CAF_CHECK_EQUAL(rooms(), 0U);
}

CAF_TEST(the bus answers late and the room lingers all the same) {
  wire->answers = false;
  post("long:1", "\"x\"");
  CAF_CHECK_EQUAL(told, lines{"none"});
  CAF_CHECK_EQUAL(rooms(), 1U);
  wire->answers = true;
  wire->acknowledge();
  settle();
  CAF_CHECK_EQUAL(rooms(), 1U);
  now += 31s;
  sched.advance_time(31s);
  settle();
  CAF_CHECK_EQUAL(rooms(), 0U);
}

CAF_TEST(a room that the bus never opens does not stay for a message) {
  wire->answers = false;
  post("long:1", "\"x\"");
  CAF_CHECK_EQUAL(rooms(), 1U);
  sched.advance_time(env->limits->bus_timeout);
  settle();
  CAF_CHECK_EQUAL(rooms(), 0U);
}

CAF_TEST(the logic refuses a message and the back end hears why) {
  post("long:1", "\"bad\"");
  CAF_CHECK_EQUAL(told, lines{"room_refused: no such words"});
}

CAF_TEST(a logic that throws costs the message alone) {
  auto ann = connect("ann");
  join(ann, "short:1");
  ann.out->take();
  post("short:1", "\"throw\"");
  post("short:1", "\"x\"");
  CAF_CHECK_EQUAL(told, (lines{"internal: the room's logic failed", "none"}));
  CAF_CHECK_EQUAL(ann.out->count("room_restarted"), 1U);
}

CAF_TEST(a room that dies by a message tells everybody who waits once) {
  env->limits.edit().restarts_per_minute = 0;
  auto ann = connect("ann");
  join(ann, "short:1");
  ann.out->take();
  send("short:1", "\"throw\"");
  send("short:1", "\"x\"");
  settle();
  CAF_CHECK_EQUAL(told,
                  (lines{"internal: the room's logic failed", "room_died: the room has ended"}));
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error room_died"});
  post("short:1", "\"x\"");
  CAF_CHECK_EQUAL(told.back(), "none");
}

CAF_TEST(a room that cannot start tells the back end) {
  post("broken", "\"x\"");
  CAF_CHECK_EQUAL(told, lines{"room_died: the room has ended"});
}

CAF_TEST(a message meets a room that is about to end) {
  auto ann = connect("ann");
  join(ann, "short:1");
  ann.out->take();
  // The room offers to end while the message is on its way to it.
  caf::anon_send(ann.actor, from_client{leave_request{"2", "short:1"}});
  send("short:1", "\"x\"");
  send("short:1", "\"x\"");
  settle();
  CAF_CHECK_EQUAL(told, (lines{"none", "none"}));
  CAF_CHECK_EQUAL(rooms(), 0U);
}

CAF_TEST(a join and a message open one room) {
  wire->answers = false;
  auto ann = connect("ann");
  wire->acknowledge();
  settle();
  ann.out->take();
  send("short:1", "\"x\"");
  join(ann, "short:1");
  CAF_CHECK_EQUAL(rooms(), 1U);
  wire->acknowledge();
  settle();
  CAF_CHECK_EQUAL(ann.out->count("joined short:1"), 1U);
  CAF_CHECK_EQUAL(rooms(), 1U);
}

CAF_TEST(a full node opens no room for a message) {
  env->limits.edit().rooms_per_node = 1;
  post("long:1", "\"x\"");
  post("long:2", "\"x\"");
  CAF_CHECK_EQUAL(told, (lines{"none", "too_many_rooms: the node has too many rooms"}));
}

CAF_TEST(what the bus says is told) {
  env->limits.edit().message_bytes = 1'000;
  wire->result.error = errc::bus_unavailable;
  post("plain", "1");
  post("plain", '"' + std::string(1'000, 'x') + '"');
  CAF_CHECK_EQUAL(told, (lines{"bus_unavailable: the bus does not take the message",
                               "message_too_large: too large with its envelope"}));
}

CAF_TEST(the bus answers when the room has ended) {
  wire->holds = true;
  post("short:1", "\"x\"");
  CAF_CHECK_EQUAL(rooms(), 0U);
  CAF_CHECK(told.empty());
  wire->held.at(0)(publish_receipt{errc::none, position{"e", 7}});
  CAF_CHECK_EQUAL(told, lines{"none"});
  wire->held.clear();
  CAF_CHECK_EQUAL(told.size(), 1U);
}

CAF_TEST(a node that stops tells who waits) {
  caf::anon_send(root, stop_atom{});
  send("short:1", "\"x\"");
  settle();
  send("short:1", "\"x\"");
  settle();
  CAF_CHECK_EQUAL(
    told, (lines{"bus_unavailable: the node is going away", "room_died: the room has ended"}));
}

CAF_TEST_FIXTURE_SCOPE_END()
