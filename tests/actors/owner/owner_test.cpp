#define CAF_SUITE owner_test

#include "atrium/actors/room/request_queue.hpp"

#include "support/owner_fixture.hpp"

using namespace atrium;
using namespace atrium::test;

CAF_TEST_FIXTURE_SCOPE(owner_tests, owner_fixture)

// -- who is in ------------------------------------------------------------------

CAF_TEST(a room has one owner whichever node is joined) {
  auto room = room_of("a");
  auto bob = connect("b", "bob");
  join(bob, room);
  CAF_CHECK_EQUAL(seen(bob), (lines{"joined " + room, "\"hello bob\""}));
  CAF_CHECK_EQUAL(owner_of(room), "a");
  CAF_CHECK_EQUAL(owners_at("a"), 1U);
  auto ann = connect("a", "ann");
  join(ann, room);
  CAF_CHECK_EQUAL(seen(ann), (lines{"joined " + room, "\"hello ann\""}));
  CAF_CHECK_EQUAL(ran(), (lines{"join bob", "join ann"}));
  CAF_CHECK_EQUAL(owners_at("b"), 0U);
  CAF_CHECK_EQUAL(seen(bob), nothing);
  CAF_CHECK_EQUAL(on.owners->stats().opened, 1U);
}

CAF_TEST(who is refused is told why and is no member) {
  auto room = room_of("a");
  for (auto* name : {"a", "b"}) {
    auto eve = connect(name, "eve");
    join(eve, room);
    CAF_CHECK_EQUAL(seen(eve), lines{"error room_refused"});
    publish(eve, room, "1");
    CAF_CHECK_EQUAL(seen(eve), lines{"error not_a_member"});
  }
  auto ann = member_of(room, "a", "ann");
  publish(ann, room, "\"who\"");
  CAF_CHECK_EQUAL(seen(ann), lines{"answered p \"ann\""});
}

CAF_TEST(members are those of all nodes) {
  auto room = room_of("b");
  auto ann = member_of(room, "a", "ann");
  auto bob = member_of(room, "b", "bob");
  auto cid = member_of(room, "c", "cid");
  publish(cid, room, "\"who\"");
  CAF_CHECK_EQUAL(seen(cid), lines{"answered p \"ann bob cid\""});
  leave(bob, room);
  publish(ann, room, "\"who\"");
  CAF_CHECK_EQUAL(seen(ann), lines{"answered p \"ann cid\""});
}

CAF_TEST(who leaves or loses the connection leaves the logic once) {
  auto room = room_of("a");
  auto ann = member_of(room, "b", "ann");
  auto bob = member_of(room, "b", "bob");
  auto cid = member_of(room, "a", "cid");
  ran();
  leave(ann, room);
  CAF_CHECK_EQUAL(seen(ann), lines{"left " + room});
  disconnect(bob);
  disconnect(cid);
  pass(3s);
  CAF_CHECK_EQUAL(ran(), (lines{"leave ann", "leave bob", "leave cid"}));
}

CAF_TEST(who comes again is a member anew) {
  auto room = room_of("a");
  auto ann = member_of(room, "b", "ann");
  member_of(room, "a", "bob");
  leave(ann, room);
  join(ann, room);
  CAF_CHECK_EQUAL(seen(ann), (lines{"left " + room, "joined " + room, "\"hello ann\""}));
  CAF_CHECK_EQUAL(ran(), (lines{"join ann", "join bob", "leave ann", "join ann"}));
}

// -- messages -------------------------------------------------------------------

CAF_TEST(a message is accepted once and goes to all with what the logic makes of it) {
  auto room = room_of("a");
  std::vector<table_client> all{member_of(room, "a", "ann"), member_of(room, "b", "bob"),
                                member_of(room, "c", "cid")};
  ran();
  for (auto& x : all)
    publish(x, room, "1", x.at);
  CAF_CHECK_EQUAL(ran(), (lines{"message ann 1", "message bob 1", "message cid 1"}));
  for (auto& x : all) {
    auto what = seen(x);
    CAF_CHECK_EQUAL(std::erase(what, "accepted " + x.at), 1U);
    CAF_CHECK_EQUAL(what, (lines{R"({"count":1})", R"({"count":2})", R"({"count":3})"}));
  }
}

CAF_TEST(who does not want an echo gets none) {
  auto room = room_of("a");
  auto ann = member_of(room, "b", "ann");
  auto bob = member_of(room, "c", "bob");
  send(ann, publish_request{"p", room, "1", {}, {}, false});
  CAF_CHECK_EQUAL(seen(ann), lines{"accepted p"});
  CAF_CHECK_EQUAL(seen(bob), lines{R"({"count":1})"});
}

CAF_TEST(what is refused or handled goes to nobody) {
  auto room = room_of("a");
  auto ann = member_of(room, "b", "ann");
  auto bob = member_of(room, "a", "bob");
  publish(ann, room, "\"no\"");
  publish(ann, room, "\"guess\"");
  publish(ann, room, "\"count\"");
  CAF_CHECK_EQUAL(seen(ann), (lines{"error room_refused", "answered p \"wrong\"", "answered p 1"}));
  CAF_CHECK_EQUAL(seen(bob), nothing);
}

CAF_TEST(what the logic answers later arrives however long it takes) {
  auto room = room_of("a");
  auto ann = member_of(room, "b", "ann");
  auto bob = member_of(room, "c", "bob");
  publish(ann, room, "\"ask\"", "q");
  pass(9s);
  CAF_CHECK_EQUAL(seen(ann), nothing);
  publish(bob, room, "\"reply\"");
  CAF_CHECK_EQUAL(ann.out->count("answered q \"at last\""), 1U);
  ann.out->take();
  publish(ann, room, "\"ask\"", "q");
  pass(11s);
  CAF_CHECK_EQUAL(seen(ann), lines{"error timeout"});
  CAF_CHECK_EQUAL(std::ranges::count(ran(), "message ann \"ask\""), 2);
}

CAF_TEST(the logic tells a member of any node something) {
  auto room = room_of("a");
  auto ann = member_of(room, "a", "ann");
  auto bob = member_of(room, "b", "bob");
  send(ann, publish_request{"p", room, "\"tell\"", {}, {}, false});
  CAF_CHECK_EQUAL(ann.out->count("psst ann"), 1U);
  CAF_CHECK_EQUAL(ann.out->count("psst bob"), 0U);
  CAF_CHECK_EQUAL(bob.out->count("psst bob"), 1U);
  CAF_CHECK_EQUAL(bob.out->count("psst ann"), 0U);
}

CAF_TEST(a message of the back end is one of nobody) {
  auto room = room_of("a");
  auto bob = member_of(room, "b", "bob");
  for (auto* data : {"1", "\"count\"", "\"no\""})
    post("c", room, data);
  CAF_CHECK_EQUAL(told, (lines{"none", "1", "room_refused"}));
  CAF_CHECK_EQUAL(seen(bob), lines{R"({"count":1})"});
  pass(2s);
  post("c", room, "\"ask\"");
  pass(6s);
  CAF_CHECK_EQUAL(told.back(), "timeout"); // its request ends before the usual patience
}

CAF_TEST(what the back end has changed stays though nobody has joined) {
  auto room = room_of("a");
  post("c", room, "\"guess\"");
  pass(2s);
  CAF_CHECK_EQUAL(owners_at("a"), 0U);
  post("c", room, "\"count\"");
  CAF_CHECK_EQUAL(told, (lines{"\"wrong\"", "1"}));
}

CAF_TEST(a message whose sender has chosen its id counts once) {
  auto room = room_of("a");
  auto ann = member_of(room, "b", "ann");
  publish(ann, room, "1", "p", "mine-1");
  publish(ann, room, "1", "p", "mine-1");
  CAF_CHECK_EQUAL(ann.out->count("accepted p"), 2U);
  disconnect(ann);
  auto again = member_of(room, "c", "ann");
  publish(again, room, "1", "p", "mine-1");
  publish(again, room, "\"count\"");
  CAF_CHECK_EQUAL(seen(again), (lines{"accepted p", "answered p 1"}));
}

CAF_TEST(a guess whose sender has chosen its id counts once) {
  auto room = room_of("a");
  auto ann = member_of(room, "b", "ann");
  publish(ann, room, "\"guess\"", "p", "mine-1");
  publish(ann, room, "\"guess\"", "p", "mine-1");
  publish(ann, room, "\"count\"");
  CAF_CHECK_EQUAL(ann.out->count("answered p 1"), 1U);
}

CAF_TEST(only members may publish) {
  auto room = room_of("a");
  member_of(room, "b", "bob");
  auto ann = connect("b", "ann");
  publish(ann, room, "1");
  CAF_CHECK_EQUAL(seen(ann), lines{"error not_a_member"});
  CAF_CHECK_EQUAL(ran(), lines{"join bob"});
}

CAF_TEST(too much that waits is refused) {
  auto room = room_of("a");
  auto ann = member_of(room, "b", "ann");
  at("a").links->is_paused = true; // its words
  auto large = '"' + std::string(50'000, 'x') + '"';
  auto most = request_queue::max_bytes / large.size() + 1;
  for (std::size_t i = 0; i < most; ++i)
    publish(ann, room, large);
  CAF_CHECK_GREATER(ann.out->count("error bus_unavailable"), 0U);
  CAF_CHECK_EQUAL(at("b").counts().requests_refused.load(),
                  ann.out->count("error bus_unavailable"));
  at("a").links->go_on();
  settle();
  ann.out->take();
  publish(ann, room, "1");
  CAF_CHECK_EQUAL(ann.out->count("accepted p"), 1U);
}

// -- failures of the logic ----------------------------------------------------------

CAF_TEST(a logic that throws begins anew and members of all nodes are told) {
  auto room = room_of("a");
  auto ann = member_of(room, "a", "ann");
  auto bob = member_of(room, "b", "bob");
  publish(ann, room, "1");
  seen(ann);
  seen(bob);
  publish(bob, room, "\"throw\"");
  auto what = seen(bob);
  std::ranges::sort(what);
  CAF_CHECK_EQUAL(what, (lines{"error internal", "error room_restarted"}));
  CAF_CHECK_EQUAL(seen(ann), lines{"error room_restarted"});
  publish(ann, room, "1");
  CAF_CHECK_EQUAL(seen(bob), lines{R"({"count":1})"});
}

CAF_TEST(who waits for an answer of a logic that has failed gets an error) {
  auto room = room_of("a");
  auto ann = member_of(room, "b", "ann");
  auto bob = member_of(room, "c", "bob");
  publish(ann, room, "\"ask\"");
  publish(bob, room, "\"throw\"");
  CAF_CHECK_EQUAL(ann.out->count("error internal"), 1U);
  CAF_CHECK_EQUAL(ann.out->count("error room_restarted"), 1U);
}

CAF_TEST(a logic that throws at a newcomer refuses it) {
  auto room = room_of("a");
  auto bob = member_of(room, "b", "bob");
  auto who = connect("c", "moody");
  join(who, room);
  CAF_CHECK_EQUAL(who.out->count("error internal"), 1U);
  CAF_CHECK_EQUAL(seen(bob), lines{"error room_restarted"});
  publish(bob, room, "\"who\"");
  CAF_CHECK_EQUAL(seen(bob), lines{"answered p \"bob\""});
}

CAF_TEST(a logic that fails too often ends the room on all nodes) {
  auto room = room_of("a");
  auto ann = member_of(room, "a", "ann");
  auto bob = member_of(room, "b", "bob");
  auto most = at("a").env->limits->restarts_per_minute;
  for (std::uint32_t i = 0; i <= most; ++i)
    publish(bob, room, "\"throw\"");
  CAF_CHECK_EQUAL(ann.out->count("error room_died"), 1U);
  CAF_CHECK_EQUAL(bob.out->count("error room_died"), 1U);
  publish(ann, room, "1");
  CAF_CHECK_EQUAL(ann.out->count("error not_a_member"), 1U);
  ann.out->take();
  join(ann, room);
  publish(ann, room, "1");
  CAF_CHECK_EQUAL(ann.out->count(R"({"count":1})"), 1U);
}

// -- ends -----------------------------------------------------------------------------

CAF_TEST(the owner ends when nobody is in and the state is there again) {
  table_logic::set.linger = 5s;
  auto room = room_of("a");
  auto bob = member_of(room, "b", "bob");
  publish(bob, room, "1");
  leave(bob, room);
  pass(4s);
  CAF_CHECK_EQUAL(owners_at("a"), 1U);
  pass(2s);
  CAF_CHECK_EQUAL(owners_at("a"), 0U);
  CAF_CHECK_EQUAL(owner_of(room), "");
  CAF_CHECK_EQUAL(on.owners->stats().opened, 1U);
  bob = member_of(room, "b", "bob");
  publish(bob, room, "1");
  CAF_CHECK_EQUAL(bob.out->count(R"({"count":2})"), 1U);
  CAF_CHECK_EQUAL(bob.out->count("room_restarted"), 0U);
}

CAF_TEST(an owner to whom somebody is on the way does not end) {
  auto room = room_of("a");
  auto bob = member_of(room, "b", "bob");
  auto ann = connect("c", "ann");
  caf::anon_send(bob.actor, from_client{leave_request{"l", room}});
  caf::anon_send(ann.actor, from_client{join_request{"j", room}});
  settle();
  pass(3s);
  CAF_CHECK_EQUAL(ann.out->count("joined " + room), 1U);
  publish(ann, room, "\"who\"");
  CAF_CHECK_EQUAL(ann.out->count("answered p \"ann\""), 1U);
}

CAF_TEST(a room that is closed loses its state) {
  auto room = room_of("a");
  auto ann = member_of(room, "b", "ann");
  publish(ann, room, "1");
  ann.out->take();
  for (auto* name : {"a", "b", "c"})
    caf::anon_send(at(name).root, close_room{room, {}});
  settle();
  CAF_CHECK_EQUAL(seen(ann), lines{"error room_died"});
  CAF_CHECK_EQUAL(owners_at("a"), 0U);
  join(ann, room);
  publish(ann, room, "\"count\"");
  CAF_CHECK_EQUAL(ann.out->count("answered p 0"), 1U);
}

CAF_TEST_FIXTURE_SCOPE_END()
