#define CAF_SUITE room_answers_test

#include "atrium/actors/lane_port.hpp"
#include "atrium/actors/util/room_counters.hpp"

#include "support/answering_fixture.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

using logic = scripted_logic;

CAF_TEST_FIXTURE_SCOPE(room_answers_tests, answering_fixture)

// -- at once --------------------------------------------------------------------

CAF_TEST(what is handled is answered and nobody else hears of it) {
  auto& counts = env->lanes[0].meter->counters().messages[scope::room];
  say(ann, "\"guess\"");
  CAF_CHECK_EQUAL(ann.out->take(), lines{R"(answered 3 {"right":false})"});
  CAF_CHECK_EQUAL(bob.out->take(), nothing);
  CAF_CHECK_EQUAL(counts.value(), 0U);
  CAF_CHECK_EQUAL(env->room_counts->answers.load(), 1U);
  say(ann, "1");
  CAF_CHECK_EQUAL(counts.value(), 1U);
  CAF_CHECK_EQUAL(env->room_counts->answers.load(), 1U);
}

CAF_TEST(an answer that is no JSON is an error) {
  auto answer = std::string{"{nope"};
  logic::does.message = [&](auto&, auto&) { return decision::handled(answer); };
  for (auto* x : {"{nope", "", "\"\xff\"", "1 2"}) {
    answer = x;
    say(ann, "1");
    CAF_CHECK_EQUAL(ann.out->take(), lines{"error internal"});
  }
  CAF_CHECK_EQUAL(env->room_counts->invalid_words.load(), 4U);
  CAF_CHECK_EQUAL(env->room_counts->answers.load(), 0U);
  CAF_CHECK_EQUAL(count("room_words_invalid"), 4U);
  CAF_CHECK_EQUAL(count("nope"), 0U);
}

CAF_TEST(an answer that fits into no outbox is an error) {
  env->limits.edit().message_bytes = 10'000;
  auto size = 10'000 - envelope_overhead;
  logic::does.message
    = [&](auto&, auto&) { return decision::handled('"' + std::string(size - 2, 'x') + '"'); };
  say(ann, "1");
  CAF_CHECK_EQUAL(ann.out->count("answered"), 1U);
  ann.out->take();
  ++size;
  say(ann, "1");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error message_too_large"});
  CAF_CHECK_EQUAL(count("room_answer_lost"), 1U);
}

CAF_TEST(the back end gets the answer) {
  post("\"guess\"");
  CAF_CHECK_EQUAL(told, lines{R"({"right":false})"});
  CAF_CHECK_EQUAL(ann.out->take(), nothing);
}

CAF_TEST(both other decisions let a newcomer in) {
  lines answers{"handled", "later"};
  logic::does.join = [&](auto&, auto&) {
    return std::exchange(answers[0], "") == "handled" ? decision::handled("1") : decision::later();
  };
  for (auto* name : {"carl", "dora"}) {
    auto who = connect(name);
    who.out->take();
    join(who, "r");
    CAF_CHECK_EQUAL(who.out->take(), lines{"joined r"});
  }
  pass(decision::usual_patience);
  CAF_CHECK_EQUAL(ann.out->take(), nothing);
}

// -- later ----------------------------------------------------------------------

CAF_TEST(the message of somebody else brings the answer) {
  say(ann, "\"ask\"");
  CAF_CHECK_EQUAL(ann.out->take(), nothing);
  say(bob, "[7]", "4");
  CAF_CHECK_EQUAL(ann.out->count("answered 3 [7]"), 1U);
  CAF_CHECK_EQUAL(bob.out->count("answered"), 0U);
  ann.out->take();
  say(bob, "[8]", "5"); // a second answer
  CAF_CHECK_EQUAL(ann.out->count("answered"), 0U);
  pass(10s);
  CAF_CHECK_EQUAL(ann.out->count("error"), 0U);
}

CAF_TEST(several wait and each gets its own answer) {
  say(ann, "\"ask\"", "3");
  say(ann, "\"ask\"", "4");
  say(bob, "\"ask\"", "5");
  say(ann, "\"guess\"", "6"); // overtakes those that wait
  CAF_CHECK_EQUAL(ann.out->take(), lines{R"(answered 6 {"right":false})"});
  say(bob, "[7]", "7");
  CAF_CHECK_EQUAL(ann.out->count("answered 3 [7]"), 1U);
  CAF_CHECK_EQUAL(ann.out->count("answered 4 [7]"), 1U);
  CAF_CHECK_EQUAL(bob.out->count("answered 5 [7]"), 1U);
}

CAF_TEST(a hook without a message brings the answer) {
  auto answer = [](logic& x) {
    for (auto& to : x.tickets)
      x.reply(to, "[1]");
  };
  logic::does.leave = answer;
  say(ann, "\"ask\"");
  leave(bob, "r");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"answered 3 [1]"});
  logic::does.tick = answer;
  auto carl = member_of("r2", "carl");
  request(carl, publish_request{"3", "r2", "\"ask\"", {}, {}, true});
  pass(1s);
  CAF_CHECK_EQUAL(carl.out->take(), lines{"answered 3 [1]"});
}

CAF_TEST(the hook answers before it returns) {
  logic::does.message = [](logic& x, room_message& message) {
    x.reply(message.ticket, "[1]");
    x.reply(message.ticket, "[2]");
    return decision::later();
  };
  say(ann, "1");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"answered 3 [1]"});
  post("1");
  CAF_CHECK_EQUAL(told, lines{"[1]"});
  logic::does.message = [](logic& x, room_message& message) {
    x.refuse(message.ticket, "no");
    return decision::later();
  };
  say(ann, "1");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error room_refused"});
}

CAF_TEST(who is answered before its message is decided gets one reply) {
  for (auto verdict : {decision::accept(), decision::refuse("no"), decision::handled("[2]")}) {
    logic::does.message = [&](logic& x, room_message& message) {
      x.reply(message.ticket, "[1]");
      x.tickets = {message.ticket};
      return verdict;
    };
    auto before = ann.out->answered;
    say(ann, "1");
    CAF_CHECK_EQUAL(ann.out->count("[1]"), 0U);
    CAF_CHECK_EQUAL(ann.out->answered, before + 1);
    // Also the next message does not get what was for this one.
    logic::does.message = [](logic& x, room_message&) {
      x.reply(x.tickets.at(0), "[1]");
      return decision::later(1s);
    };
    say(ann, "1");
    CAF_CHECK_EQUAL(ann.out->answered, before + 1);
    pass(1s);
    auto told = ann.out->take();
    CAF_CHECK_EQUAL(told.back(), "error timeout");
  }
}

CAF_TEST(the logic answers first and then throws) {
  logic::does.message = [](logic& x, room_message& message) -> decision {
    x.reply(message.ticket, "[1]");
    throw std::runtime_error{"moody"};
  };
  say(ann, "1");
  CAF_CHECK_EQUAL(ann.out->take(), (lines{"error room_restarted", "error internal"}));
}

CAF_TEST(a hook that changes the ticket changes nothing) {
  logic::does.message = [](logic& x, room_message& message) {
    x.tickets = {message.ticket};
    message.ticket = {77};
    return decision::later(1s);
  };
  say(ann, "1");
  logic::does.message = obey_words;
  say(bob, "[1]");
  CAF_CHECK_EQUAL(ann.out->count("answered 3 [1]"), 1U);
  logic::does.message = [](logic&, room_message& message) {
    message.ticket = {};
    return decision::accept();
  };
  say(ann, "1");
  CAF_CHECK_EQUAL(ann.out->count("accepted 3"), 1U);
}

CAF_TEST(the logic refuses later) {
  say(ann, "\"ask\"");
  post("\"ask\"");
  say(bob, "\"no\"");
  CAF_CHECK_EQUAL(ann.out->count("error room_refused"), 1U);
  CAF_CHECK_EQUAL(told, lines{"room_refused"});
}

CAF_TEST(a bad answer that comes later is an error) {
  logic::does.leave = [](logic& x) { x.reply(x.tickets.at(0), "{nope"); };
  say(ann, "\"ask\"");
  leave(bob, "r");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error internal"});
  CAF_CHECK_EQUAL(env->room_counts->invalid_words.load(), 1U);
}

CAF_TEST(no answer comes in time) {
  say(ann, "\"ask\"");
  pass(2s);
  say(bob, "\"ask\"");
  pass(2'999ms);
  CAF_CHECK_EQUAL(ann.out->take(), nothing);
  pass(1ms);
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error timeout"});
  CAF_CHECK_EQUAL(bob.out->take(), nothing);
  pass(2s);
  CAF_CHECK_EQUAL(bob.out->take(), lines{"error timeout"});
  say(bob, "[1]"); // too late
  CAF_CHECK_EQUAL(ann.out->count("answered"), 0U);
}

CAF_TEST(any patience is possible) {
  for (auto patience : {std::chrono::milliseconds::min(), -1ms, 0ms}) {
    logic::does.message = [&](auto&, auto&) { return decision::later(patience); };
    say(ann, "1");
    pass(1ms);
    CAF_CHECK_EQUAL(ann.out->take(), lines{"error timeout"});
  }
  logic::does.message
    = [](auto&, auto&) { return decision::later(std::chrono::milliseconds::max()); };
  say(ann, "1");
  pass(24h - 1ms);
  CAF_CHECK_EQUAL(ann.out->take(), nothing);
  pass(1ms);
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error timeout"});
}

CAF_TEST(the back end waits no longer than for the bus) {
  env->limits.edit().bus_timeout = 2s;
  post("\"ask\"");
  pass(2s);
  CAF_CHECK_EQUAL(told, lines{"timeout"});
}

CAF_TEST_FIXTURE_SCOPE_END()
