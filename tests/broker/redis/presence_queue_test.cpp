#define CAF_SUITE presence_queue_test

#include "atrium/broker/redis/presence_queue.hpp"

#include "caf/test/unit_test.hpp"
#include "support/redis_terms_stub.hpp"
#include "support/resp_nodes.hpp"
#include "support/subscriber_log.hpp"

#include <string>
#include <vector>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

const presence_room lobby{"lobby", "{n:room:lobby}", presence_mode::full};
const presence_room stadium{"stadium", "{n:room:stadium}", presence_mode::count};

struct fixture {
  fixture() {
    queue.on_up(now);
    queue.on_script("sha");
    queue.on_lease("r.1");
  }

  void enter(const std::string& user, std::uint64_t connection,
             const presence_room& where = lobby) {
    queue.book().enter(where, {connection, user, bytes("{}")},
                       unix_time{std::chrono::milliseconds{7}});
  }

  void leave(const std::string& user, std::uint64_t connection,
             const presence_room& where = lobby) {
    queue.book().leave(where, user, connection, now);
    pass(5s);
  }

  void pass(presence_queue::clock::duration x) {
    now += x;
    queue.tick(now);
  }

  // What a write says: the command, and of a call lease, room and users.
  lines compose(std::size_t limit = std::size_t{256} << 10) {
    std::string out;
    queue.compose(out, limit, now);
    lines result;
    resp_reader reader;
    reader.feed(out, [&](resp_reply x) {
      auto text = std::string{x[1].text};
      if (text != "EVALSHA")
        text.append(" ").append(x[2].text).append(" ").append(x[3].text);
      else
        text = std::string{x[6].text}.append(" ").append(x[7].text);
      for (std::size_t i = 11; text[0] != 'S' && i < x.size(); i += 2)
        text.append(" ").append(x[i].text).append("=").append(x[i + 1].text);
      result.push_back(text);
      return true;
    });
    return result;
  }

  bool reply(long long number, std::size_t which = 0) {
    resp_node node{resp_type::integer, number, {}};
    return queue.on_reply_to(which, {&node, 1}, now).empty();
  }

  bool told(long long came, long long gone, long long present, std::size_t which = 0) {
    return queue.on_reply_to(which, array_reply{came, gone, present}, now).empty();
  }

  bool refuse(std::string_view error, std::size_t which = 0) {
    return queue.on_reply_to(which, error_reply{error}, now).empty();
  }

  presence_stats counts() const {
    presence_stats result;
    queue.count(result);
    return result;
  }

  redis_terms_stub terms;
  presence_queue queue{terms, channel_names{"n"}, 5s};
  presence_queue::clock::time_point now = presence_queue::clock::now();
};

const std::string rooms = "{n:nodes}:rooms:r.1";

} // namespace

CAF_TEST_FIXTURE_SCOPE(presence_queue_tests, fixture)

CAF_TEST(a room is listed before its users and struck off after them) {
  enter("ann", 1);
  CAF_CHECK_EQUAL(compose(), (lines{"SADD " + rooms + " f lobby", "r.1 lobby ann=1 7 {}"}));
  CAF_CHECK_EQUAL(queue.unanswered(), 2u);
  CAF_CHECK(!queue.is_settled());
  CAF_CHECK(reply(1) && told(1, 0, 1));
  CAF_CHECK(queue.is_settled());
  leave("ann", 1);
  CAF_CHECK(!queue.is_settled());
  CAF_CHECK_EQUAL(compose(), lines{"r.1 lobby ann="});
  CAF_CHECK(told(0, 1, 0));
  CAF_CHECK_EQUAL(compose(), lines{"SREM " + rooms + " f lobby"});
  CAF_CHECK(reply(1));
  CAF_CHECK_EQUAL(compose(), lines{});
  CAF_CHECK_EQUAL(counts().joins, 1u);
  CAF_CHECK_EQUAL(counts().leaves, 1u);
  CAF_CHECK_EQUAL(counts().rooms, 0u);
}

CAF_TEST(a room that only counts is told no more) {
  enter("ann", 1, stadium);
  CAF_CHECK_EQUAL(compose(), (lines{"SADD " + rooms + " c stadium", "r.1 stadium ann=1"}));
}

CAF_TEST(a room has one call in flight and its changes go together) {
  enter("ann", 1);
  compose();
  enter("bob", 2);
  enter("ann", 3);
  enter("eve", 4, stadium);
  CAF_CHECK_EQUAL(compose(), (lines{"SADD " + rooms + " c stadium", "r.1 stadium eve=1"}));
  reply(1);
  told(1, 0, 1);
  CAF_CHECK_EQUAL(compose(),
                  (lines{"SADD " + rooms + " f lobby", "r.1 lobby bob=1 7 {} ann=2 7 {}"}));
}

CAF_TEST(calls are bounded in users and in bytes) {
  for (std::uint64_t i = 0; i < 250; ++i)
    enter("u" + std::to_string(i), i);
  CAF_CHECK_EQUAL(compose().size(), 2u);
  CAF_CHECK_EQUAL(counts().waiting, 250u);
  reply(1);
  told(100, 0, 100);
  CAF_CHECK_EQUAL(counts().waiting, 150u);
  for (std::uint64_t i = 0; i < 20; ++i) {
    auto name = std::to_string(i);
    enter("x", i, {name, "{n:room:" + name + "}", presence_mode::full});
  }
  CAF_CHECK_EQUAL(compose(300).size(), 2u); // the others have another turn
}

CAF_TEST(nothing is told without a script or a lease) {
  presence_queue fresh{terms, channel_names{"n"}, 5s};
  fresh.book().enter(lobby, {1, "ann", nullptr}, {});
  std::string out;
  fresh.on_up(now);
  fresh.compose(out, 1000, now);
  fresh.on_script("sha");
  fresh.compose(out, 1000, now);
  CAF_CHECK(out.empty() && fresh.is_settled());
  fresh.on_lease("r.1");
  fresh.on_doubt();
  fresh.compose(out, 1000, now);
  CAF_CHECK(out.empty());
  fresh.on_lease("r.1");
  fresh.compose(out, 1000, now);
  CAF_CHECK(!out.empty());
}

CAF_TEST(what was lost is told again as it stands) {
  enter("ann", 1);
  enter("bob", 2);
  compose();
  leave("bob", 2);
  queue.on_lost();
  CAF_CHECK_EQUAL(queue.unanswered(), 0u);
  queue.on_up(now);
  CAF_CHECK_EQUAL(compose(), lines{});
  queue.on_lease("r.1");
  CAF_CHECK_EQUAL(compose(), (lines{"SADD " + rooms + " f lobby", "r.1 lobby ann=1 7 {} bob="}));
  reply(0);
  told(1, 0, 1);
  CAF_CHECK_EQUAL(counts().joins, 1u);
  CAF_CHECK_EQUAL(compose(), lines{});
}

CAF_TEST(a strike that was lost is repeated before the room is listed) {
  enter("ann", 1);
  compose();
  reply(1);
  told(1, 0, 1);
  leave("ann", 1);
  compose();
  told(0, 1, 0);
  compose();
  enter("ann", 2);
  queue.on_lost();
  queue.on_lease("r.1");
  CAF_CHECK_EQUAL(compose(), (lines{"SREM " + rooms + " f lobby", "SADD " + rooms + " f lobby",
                                    "r.1 lobby ann=1 7 {}"}));
  refuse("LOADING no");
  CAF_CHECK(reply(1) && told(1, 0, 1));
  pass(1s);
  CAF_CHECK_EQUAL(compose(), lines{}); // the room is listed
}

CAF_TEST(another lease is told everything) {
  enter("ann", 1);
  enter("bob", 2);
  compose();
  reply(1);
  told(2, 0, 2);
  leave("bob", 2);
  CAF_CHECK_EQUAL(compose(), lines{"r.1 lobby bob="});
  queue.on_lease("r.2");
  CAF_CHECK_EQUAL(compose(), (lines{"SADD {n:nodes}:rooms:r.2 f lobby", "r.2 lobby ann=1 7 {}"}));
  CAF_CHECK(refuse("OOM no")); // that of the earlier lease
  CAF_CHECK(reply(1) && told(1, 0, 1));
  CAF_CHECK_EQUAL(counts().waiting, 0u);
  CAF_CHECK_EQUAL(compose(), lines{});
}

CAF_TEST(calls without effect are repeated) {
  enter("ann", 1);
  compose();
  reply(1);
  refuse("NOSCRIPT no");
  CAF_CHECK_EQUAL(compose().size(), 2u);
  refuse("LOADING no");
  refuse("LOADING no");
  CAF_CHECK_EQUAL(compose(), lines{});
  CAF_CHECK(!counts().connected);
  CAF_REQUIRE(queue.next_tick());
  CAF_CHECK(*queue.next_tick() == now + script_gate::pause);
  pass(script_gate::pause);
  CAF_CHECK_EQUAL(compose().size(), 2u);
  CAF_CHECK(reply(1) && told(1, 0, 1));
}

CAF_TEST(a room that is refused holds up no other) {
  for (auto* error : {"OOM no", "READONLY no", "NOPERM no", "WRONGTYPE no"}) {
    enter("ann", 1);
    compose();
    refuse(error);
    refuse(error);
    enter("eve", 4, stadium);
    CAF_CHECK_EQUAL(compose().size(), 2u);
    CAF_CHECK(reply(1) && told(1, 0, 1));
    CAF_CHECK_EQUAL(compose(), lines{});
    CAF_CHECK_EQUAL(counts().waiting, 1u);
    pass(presence_queue::refusal_pause);
    CAF_CHECK_EQUAL(compose().size(), 2u);
    CAF_CHECK(reply(1) && told(1, 0, 1));
    queue.on_lease(std::string{"r."} + error);
    leave("ann", 1);
    leave("eve", 4, stadium);
    while (!compose().empty())
      while (queue.unanswered() > 0)
        told(0, 0, 0);
  }
}

CAF_TEST(users of a room that cannot be listed are told again) {
  enter("ann", 1);
  compose();
  refuse("OOM no");
  told(1, 0, 1);
  CAF_CHECK_EQUAL(counts().waiting, 1u);
  pass(presence_queue::refusal_pause);
  CAF_CHECK_EQUAL(compose().size(), 2u);
  reply(1);
  told(0, 0, 1);
  CAF_CHECK_EQUAL(counts().waiting, 0u);
}

CAF_TEST(answers that make no sense end the link) {
  CAF_CHECK(!reply(1));
  enter("ann", 1);
  compose();
  CAF_CHECK(reply(1));
  CAF_CHECK(!reply(1));
  queue.on_lost();
  queue.on_lease("r.1");
  CAF_CHECK_EQUAL(compose().size(), 2u);
}

CAF_TEST(answers of many servers come in any order) {
  enter("ann", 1);
  enter("eve", 4, stadium);
  CAF_CHECK_EQUAL(compose().size(), 4u);
  CAF_CHECK(!told(1, 0, 1, 4));
  CAF_CHECK(told(1, 0, 1, 3) && told(1, 0, 1, 1));
  CAF_CHECK_EQUAL(counts().waiting, 0u);
  CAF_CHECK(reply(1, 1));
  CAF_CHECK(refuse(unreachable_answer)); // the lobby is told, and not listed
  CAF_CHECK_EQUAL(compose(), lines{});
  pass(presence_queue::refusal_pause);
  CAF_CHECK_EQUAL(compose(), lines{"SADD " + rooms + " f lobby"});
  CAF_CHECK(refuse(lost_answer));
  CAF_CHECK_EQUAL(compose(), lines{"SADD " + rooms + " f lobby"});
  CAF_CHECK(reply(1));
  CAF_CHECK(queue.is_settled());
}

CAF_TEST(of many servers what one has lost is told again at once and one that is away later) {
  enter("ann", 1);
  enter("eve", 4, stadium);
  compose();
  CAF_CHECK(reply(1) && refuse(lost_answer) && reply(1) && refuse(unreachable_answer));
  queue.on_up(now); // it is back
  CAF_CHECK_EQUAL(compose(), (lines{"SADD " + rooms + " f lobby", "r.1 lobby ann=1 7 {}"}));
  CAF_CHECK(counts().connected);
  CAF_CHECK(reply(1) && told(0, 0, 1));
  pass(presence_queue::refusal_pause);
  CAF_CHECK_EQUAL(compose(), (lines{"SADD " + rooms + " c stadium", "r.1 stadium eve=1"}));
  CAF_CHECK_EQUAL(counts().joins, 0u);
}

CAF_TEST(a strike that one server of many has lost is repeated) {
  enter("ann", 1);
  compose();
  reply(1);
  told(1, 0, 1);
  leave("ann", 1);
  compose();
  told(0, 1, 0);
  for (auto error : {lost_answer, unreachable_answer}) {
    CAF_CHECK_EQUAL(compose(), lines{"SREM " + rooms + " f lobby"});
    refuse(error);
  }
  CAF_CHECK_EQUAL(compose(), lines{}); // it goes with the lease
}

CAF_TEST(a server of rooms that has started anew is told its rooms again) {
  terms.runs = {{stadium.channel, "run2"}};
  enter("ann", 1);
  enter("eve", 4, stadium);
  compose();
  CAF_CHECK(reply(1) && told(1, 0, 1) && reply(1));
  queue.on_up(now); // with what it has had
  terms.runs = {{stadium.channel, "run3"}};
  queue.on_up(now);
  queue.on_up(now);
  CAF_CHECK(told(1, 0, 1)); // by the one before
  CAF_CHECK_EQUAL(compose(), (lines{"SADD " + rooms + " c stadium", "r.1 stadium eve=1"}));
  CAF_CHECK(reply(1) && told(1, 0, 1));
  queue.on_up(now);
  CAF_CHECK_EQUAL(compose(), lines{});
  CAF_CHECK_EQUAL(counts().waiting, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
