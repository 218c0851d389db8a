#define CAF_SUITE owed_answers_test

// Whom a room owes an answer while members, the logic and the room come and go.

#include "support/answering_fixture.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

using logic = scripted_logic;

CAF_TEST_FIXTURE_SCOPE(owed_answers_tests, answering_fixture)

// -- who comes and goes ---------------------------------------------------------

CAF_TEST(who has left is answered) {
  say(ann, "\"ask\"");
  leave(ann, "r");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"left r"});
  say(bob, "[1]");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"answered 3 [1]"});
}

CAF_TEST(who is gone is forgotten) {
  say(ann, "\"ask\"");
  say(bob, "\"ask\"");
  leave(bob, "r");
  disconnect(ann);
  CAF_CHECK_EQUAL(rooms(), 1U); // for bob, who has left
  pass(5s);
  CAF_CHECK_EQUAL(rooms(), 0U);
}

CAF_TEST(a room that owes nobody an answer any more ends) {
  say(ann, "\"ask\"");
  leave(bob, "r");
  disconnect(ann);
  CAF_CHECK_EQUAL(rooms(), 0U);
}

CAF_TEST(an empty room stays until it has answered the back end) {
  for (auto& x : {ann, bob})
    leave(x, "r");
  CAF_CHECK_EQUAL(rooms(), 0U);
  post("\"ask\"");
  CAF_CHECK_EQUAL(rooms(), 1U);
  post("[1]");
  CAF_CHECK_EQUAL(told, (lines{"[1]", "none"}));
  CAF_CHECK_EQUAL(rooms(), 0U);
  told.clear();
  post("\"ask\"");
  pass(5s);
  CAF_CHECK_EQUAL(told, lines{"timeout"});
  CAF_CHECK_EQUAL(rooms(), 0U);
}

CAF_TEST(who has left and is gone keeps no room) {
  say(ann, "\"ask\"");
  for (auto& x : {ann, bob})
    leave(x, "r");
  CAF_CHECK_EQUAL(rooms(), 1U);
  disconnect(ann);
  CAF_CHECK_EQUAL(rooms(), 0U);
}

CAF_TEST(an empty room lingers after its last answer) {
  logic::does.linger = 30s;
  post("\"ask\"");
  for (auto& x : {ann, bob})
    leave(x, "r");
  pass(5s);
  CAF_CHECK_EQUAL(rooms(), 1U);
  pass(30s);
  CAF_CHECK_EQUAL(rooms(), 0U);
}

CAF_TEST(a room that the bus never opens ends after its last answer) {
  for (auto& x : {ann, bob})
    leave(x, "r");
  wire->answers = false;
  env->limits.edit().bus_timeout = 20s;
  post("\"ask\"");
  pass(5s);
  CAF_CHECK_EQUAL(told, lines{"timeout"});
  CAF_CHECK_EQUAL(rooms(), 1U); // so that the logic can linger
  pass(20s);
  CAF_CHECK_EQUAL(rooms(), 0U);
}

// -- the logic and the room end -------------------------------------------------

CAF_TEST(the logic fails and owes nothing any more) {
  say(ann, "\"ask\"");
  post("\"ask\"");
  say(bob, "\"throw\"");
  CAF_CHECK_EQUAL(ann.out->take(), (lines{"error room_restarted", "error internal"}));
  CAF_CHECK_EQUAL(told, lines{"internal"});
  // The new state has tickets of its own: no number comes twice.
  logic::does.message = [](logic& x, room_message& message) {
    for (std::uint64_t old = 0; old < message.ticket.number; ++old)
      x.reply({old}, "[1]");
    return decision::later(1s);
  };
  say(ann, "1");
  CAF_CHECK_EQUAL(ann.out->take(), nothing);
  pass(1s);
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error timeout"});
}

CAF_TEST(a room that is given up tells who waits) {
  env->limits.edit().restarts_per_minute = 0;
  say(ann, "\"ask\"");
  leave(ann, "r"); // does not hear of the end of the room
  ann.out->take();
  post("\"ask\"");
  say(bob, "\"throw\"");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error room_died"});
  CAF_CHECK_EQUAL(told, lines{"room_died"});
  CAF_CHECK_EQUAL(rooms(), 0U);
}

CAF_TEST(a room that is closed tells who waits once) {
  say(ann, "\"ask\"");
  say(bob, "\"ask\"");
  leave(ann, "r");
  ann.out->take();
  post("\"ask\"");
  caf::anon_send(root, close_room{"r", {}});
  settle();
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error room_died"});
  CAF_CHECK_EQUAL(bob.out->take(),
                  (lines{"error room_died", "error room_died"})); // one of all members
  CAF_CHECK_EQUAL(told, lines{"room_died"});
}

CAF_TEST(a node that stops tells the back end) {
  post("\"ask\"");
  caf::anon_send(root, stop_atom{});
  settle();
  CAF_CHECK_EQUAL(told, lines{"room_died"});
}

CAF_TEST(whoever gets an answer may ask again at once) {
  post_in_room again{"r", {"\"guess\"", {}, {}}, false, {}, [this](const post_result& x) {
                       told.push_back(x.answer);
                     }};
  caf::anon_send(root, post_in_room{"r", {"\"guess\"", {}, {}}, false, {}, [&](const post_result&) {
                                      caf::anon_send(root, std::move(again));
                                      throw std::runtime_error{"and then fail"};
                                    }});
  settle();
  CAF_CHECK_EQUAL(told, lines{R"({"right":false})"});
  CAF_CHECK_EQUAL(count("post_callback_failed"), 1U);
}

CAF_TEST_FIXTURE_SCOPE_END()
