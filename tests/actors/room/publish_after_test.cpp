#define CAF_SUITE publish_after_test

#include "support/answering_fixture.hpp"
#include "support/obedient_log.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

using logic = scripted_logic;

namespace {

/// Returns what a client was told: what messages say, and other frames as they are.
lines said(const client& to) {
  auto result = to.out->take();
  for (auto& x : result)
    if (auto at = x.find("\"data\":"); at != x.npos)
      x = x.substr(at + 7, x.size() - at - 8);
  return result;
}

/// Speaks before and after what it is asked about.
void surround(logic& x) {
  x.publish_after("\"after 1\"");
  x.publish("\"before\"");
  x.publish_after("\"after 2\"");
}

const lines surrounded{"\"before\"", "1", "\"after 1\"", "\"after 2\""};

struct fixture : answering_fixture {
  /// Has the hook speak and then decide as the test says.
  void decide(std::function<decision()> verdict) {
    logic::does.message = [verdict](logic& x, room_message&) {
      surround(x);
      return verdict();
    };
  }

  /// Without replies, whose place is that of the receipt of the bus.
  static lines messages(const client& to) {
    auto result = said(to);
    std::erase_if(result, [](auto& x) { return x.starts_with("accepted"); });
    return result;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(publish_after_tests, fixture)

CAF_TEST(what follows a message comes behind it) {
  decide(decision::accept);
  say(ann, "1");
  CAF_CHECK_EQUAL(messages(ann), surrounded);
  CAF_CHECK_EQUAL(messages(bob), surrounded);
  post("1");
  CAF_CHECK_EQUAL(messages(bob), surrounded);
}

CAF_TEST(a message without echo is followed as well) {
  decide(decision::accept);
  request(ann, publish_request{"3", "r", "1", {}, {}, false});
  CAF_CHECK_EQUAL(messages(ann), (lines{"\"before\"", "\"after 1\"", "\"after 2\""}));
  CAF_CHECK_EQUAL(messages(bob), surrounded);
}

CAF_TEST(nothing follows what is refused or fails) {
  decide([] { return decision::refuse("no"); });
  say(ann, "1");
  post("1");
  CAF_CHECK_EQUAL(said(bob), (lines{"\"before\"", "\"before\""}));
  decide([]() -> decision { throw std::runtime_error{"moody"}; });
  say(ann, "1");
  CAF_CHECK_EQUAL(said(bob), (lines{"error room_restarted", "\"before\""}));
  logic::does.message = [](logic& x, room_message& message) {
    surround(x);
    message.data = "{nope";
    return decision::accept();
  };
  say(ann, "1");
  CAF_CHECK_EQUAL(said(bob), lines{"\"before\""});
  // Nor does it come with the next one.
  logic::does.message = nullptr;
  say(ann, "1");
  CAF_CHECK_EQUAL(said(bob), lines{"1"});
}

CAF_TEST(what follows an answer goes out) {
  decide([] { return decision::handled("1"); });
  say(ann, "1");
  CAF_CHECK_EQUAL(said(bob), (lines{"\"before\"", "\"after 1\"", "\"after 2\""}));
  decide([] { return decision::later(1s); });
  say(ann, "1");
  CAF_CHECK_EQUAL(said(bob), (lines{"\"before\"", "\"after 1\"", "\"after 2\""}));
}

CAF_TEST(what follows a newcomer comes behind joined) {
  logic::does.join = [](logic& x, const member& who) {
    surround(x);
    x.tell(who, "\"welcome\"");
    return decision::accept();
  };
  auto carl = connect("carl");
  carl.out->take();
  join(carl, "r");
  CAF_CHECK_EQUAL(said(carl),
                  (lines{"joined r", "\"welcome\"", "\"before\"", "\"after 1\"", "\"after 2\""}));
  CAF_CHECK_EQUAL(said(bob), (lines{"\"before\"", "\"after 1\"", "\"after 2\""}));
}

CAF_TEST(nothing follows a newcomer who is not let in) {
  auto verdict = [](bool fails) {
    if (fails)
      throw std::runtime_error{"moody"};
    return decision::refuse("no");
  };
  for (auto fails : {false, true}) {
    logic::does.join = [&](logic& x, const member&) {
      surround(x);
      return verdict(fails);
    };
    auto carl = connect("carl");
    join(carl, "r");
    CAF_CHECK_EQUAL(bob.out->count("before"), 1U);
    CAF_CHECK_EQUAL(bob.out->count("after"), 0U);
    bob.out->take();
  }
}

CAF_TEST(other hooks publish in the order in which they say it) {
  logic::does.leave = surround;
  leave(ann, "r");
  CAF_CHECK_EQUAL(said(bob), (lines{"\"after 1\"", "\"before\"", "\"after 2\""}));
  logic::does.tick = surround;
  auto carl = member_of("r2", "carl");
  pass(1s);
  CAF_CHECK_EQUAL(said(carl), (lines{"\"after 1\"", "\"before\"", "\"after 2\""}));
}

CAF_TEST(what follows is checked) {
  logic::does.message = [](logic& x, room_message&) {
    x.publish_after("{nope");
    x.publish_after("2");
    return decision::accept();
  };
  say(ann, "1");
  CAF_CHECK_EQUAL(messages(bob), (lines{"1", "2"}));
  CAF_CHECK_EQUAL(count("room_words_invalid"), 1U);
}

CAF_TEST(a room with a history keeps the order) {
  obedient_log log{
    [this](const std::string& channel, const shared_bytes& x) { wire->deliver(channel, x); }};
  wire->log = &log;
  env->limits.edit().history.add("r4=100,1h");
  decide(decision::accept);
  auto carl = member_of("r4", "carl");
  request(carl, publish_request{"3", "r4", "1", {}, {}, true});
  CAF_CHECK_EQUAL(messages(carl), surrounded);
  history_page kept;
  log.read(room_channel("r4"), {}, [&](history_page x) { kept = std::move(x); });
  CAF_CHECK_EQUAL(kept.top.offset, 4U);
  disconnect(carl);
  wire->log = nullptr;
}

CAF_TEST(the memory bus keeps the order) {
  env->bus = std::make_shared<memory_bus>();
  decide(decision::accept);
  auto carl = member_of("r3", "carl");
  for (int i = 0; i < 3; ++i)
    request(carl, publish_request{"3", "r3", "1", {}, {}, true});
  auto thrice = surrounded;
  for (int i = 1; i < 3; ++i)
    thrice.insert(thrice.end(), surrounded.begin(), surrounded.end());
  CAF_CHECK_EQUAL(messages(carl), thrice);
}

CAF_TEST_FIXTURE_SCOPE_END()
