#define CAF_SUITE presence_book_test

#include "atrium/broker/presence_book.hpp"

#include "caf/test/unit_test.hpp"
#include "support/subscriber_log.hpp"

#include <algorithm>
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
  void enter(const std::string& user, std::uint64_t connection, const std::string& info = "",
             const presence_room& where = lobby) {
    auto about = info.empty() ? nullptr : bytes(info);
    book.enter(where, {connection, user, about}, unix_time{std::chrono::milliseconds{++time}});
  }

  void leave(const std::string& user, std::uint64_t connection,
             const presence_room& where = lobby) {
    book.leave(where, user, connection, now);
  }

  void pass(std::chrono::milliseconds x) {
    now += x;
    book.tick(now);
  }

  // What is to be told next, in words: room, then user=connections@since and info.
  lines take(std::size_t limit = 100, std::size_t size = 1 << 20) {
    auto batch = book.take(limit, size);
    if (batch.where == nullptr)
      return {};
    lines result{batch.where->name};
    for (auto& x : batch.changes)
      result.push_back(
        (x.is_new ? "+" : "") + std::string{x.user} + "=" + std::to_string(x.connections) + "@"
        + std::to_string(x.since.time_since_epoch().count()) + (x.info ? *x.info : ""));
    return result;
  }

  lines tell(const presence_room& where = lobby) {
    auto result = take();
    if (!result.empty())
      book.settle(where.channel);
    return result;
  }

  presence_stats counts() const {
    presence_stats result;
    book.count(result);
    return result;
  }

  presence_book book{5s};
  presence_book::clock::time_point now{};
  int time = 0;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(presence_book_tests, fixture)

CAF_TEST(tells once who has come and how often) {
  enter("ann", 1, "{}");
  enter("ann", 1, "{}");
  enter("bob", 2);
  CAF_CHECK_EQUAL(counts().waiting, 2u);
  CAF_CHECK_EQUAL(tell(), (lines{"lobby", "+ann=1@1{}", "+bob=1@3"}));
  CAF_CHECK_EQUAL(tell(), lines{});
  enter("ann", 7, "other");
  CAF_CHECK_EQUAL(tell(), (lines{"lobby", "ann=2@1{}"}));
  leave("ann", 1);
  CAF_CHECK_EQUAL(tell(), (lines{"lobby", "ann=1@1{}"}));
  CAF_CHECK_EQUAL(counts().waiting, 0u);
  CAF_CHECK_EQUAL(counts().users, 2u);
}

CAF_TEST(who leaves is there until the grace is over) {
  enter("ann", 1);
  tell();
  leave("ann", 1);
  CAF_CHECK(book.next_tick() == now + 5s);
  CAF_CHECK_EQUAL(tell(), lines{});
  CAF_CHECK_EQUAL(book.read(lobby.channel, 9).present, 1u);
  pass(4999ms);
  CAF_CHECK_EQUAL(tell(), lines{});
  pass(1ms);
  CAF_CHECK_EQUAL(book.read(lobby.channel, 9).present, 0u);
  CAF_CHECK_EQUAL(counts().users, 0u);
  CAF_CHECK_EQUAL(counts().waiting, 1u);
  CAF_CHECK_EQUAL(tell(), (lines{"lobby", "ann=0@1"}));
  CAF_CHECK_EQUAL(counts().rooms, 0u);
  CAF_CHECK(!book.next_tick());
}

CAF_TEST(a reload within the grace says nothing) {
  enter("ann", 1, "{}");
  tell();
  leave("ann", 1);
  pass(4s);
  enter("ann", 2, "{}");
  pass(10s);
  CAF_CHECK_EQUAL(tell(), lines{});
  auto page = book.read(lobby.channel, 9);
  CAF_CHECK_EQUAL(page.users.at(0).since.time_since_epoch().count(), 1);
  leave("ann", 2);
  enter("ann", 3, "{\"away\":1}");
  CAF_CHECK_EQUAL(tell(), (lines{"lobby", "ann=1@1{\"away\":1}"}));
}

CAF_TEST(who is gone before anybody heard of them leaves no trace) {
  enter("ann", 1);
  leave("ann", 1);
  pass(5s);
  CAF_CHECK_EQUAL(counts().rooms, 0u);
  CAF_CHECK_EQUAL(counts().waiting, 0u);
  CAF_CHECK_EQUAL(take(), lines{});
  CAF_CHECK(book.take_emptied().empty());
}

CAF_TEST(leaving without having entered changes nothing) {
  leave("ann", 1);
  enter("ann", 1);
  leave("ann", 2);
  leave("bob", 1);
  leave("ann", 1, stadium);
  CAF_CHECK_EQUAL(tell(), (lines{"lobby", "+ann=1@1"}));
  CAF_CHECK(!book.next_tick());
}

CAF_TEST(rooms that only count hear of users only) {
  enter("ann", 1, "{}", stadium);
  enter("ann", 2, "{}", stadium);
  CAF_CHECK_EQUAL(tell(stadium), (lines{"stadium", "+ann=1@1{}"}));
  leave("ann", 1, stadium);
  CAF_CHECK_EQUAL(tell(stadium), lines{});
  auto page = book.read(stadium.channel, 9);
  CAF_CHECK_EQUAL(page.present, 1u);
  CAF_CHECK(page.users.empty());
}

CAF_TEST(a room has one batch at a time of bounded size) {
  for (std::uint64_t i = 0; i < 5; ++i)
    enter("u" + std::to_string(i), i, "12345678");
  enter("ann", 9, "", stadium);
  CAF_CHECK_EQUAL(take(2).size(), 3u);
  CAF_CHECK_EQUAL(take(2), (lines{"stadium", "+ann=1@6"}));
  CAF_CHECK_EQUAL(take(2), lines{});
  book.settle(lobby.channel);
  CAF_CHECK_EQUAL(take(9, 11), (lines{"lobby", "+u2=1@312345678", "+u3=1@412345678"}));
  book.settle(lobby.channel);
  CAF_CHECK_EQUAL(take(), (lines{"lobby", "+u4=1@512345678"}));
}

CAF_TEST(what nobody knows to be heard is told again as it stands then) {
  enter("ann", 1);
  enter("bob", 2);
  take();
  enter("ann", 3);
  leave("bob", 2);
  pass(5s);
  CAF_CHECK_EQUAL(take(), lines{});
  book.requeue(lobby.channel);
  CAF_CHECK_EQUAL(counts().waiting, 2u);
  CAF_CHECK_EQUAL(take(), (lines{"lobby", "+ann=2@1", "+bob=0@2"}));
  book.requeue(lobby.channel);
  CAF_CHECK_EQUAL(tell(), (lines{"lobby", "+ann=2@1", "+bob=0@2"}));
  CAF_CHECK_EQUAL(tell(), lines{});
  CAF_CHECK_EQUAL(counts().waiting, 0u);
}

CAF_TEST(who is back while the departure is told has come anew) {
  enter("ann", 1);
  tell();
  leave("ann", 1);
  pass(5s);
  CAF_CHECK_EQUAL(take(), (lines{"lobby", "ann=0@1"}));
  enter("ann", 2);
  book.settle(lobby.channel);
  CAF_CHECK_EQUAL(tell(), (lines{"lobby", "+ann=1@2"}));
}

CAF_TEST(who is back before the departure is told has another time) {
  enter("ann", 1);
  tell();
  leave("ann", 1);
  pass(5s);
  enter("ann", 2);
  CAF_CHECK_EQUAL(tell(), (lines{"lobby", "ann=1@2"}));
}

CAF_TEST(all that are there are told again when nothing is known) {
  enter("ann", 1);
  enter("bob", 2);
  enter("cid", 3);
  tell();
  leave("ann", 1);
  leave("bob", 2);
  pass(4s);
  enter("bob", 4);
  leave("cid", 3);
  pass(1s);
  CAF_CHECK_EQUAL(take(), (lines{"lobby", "ann=0@1"}));
  book.tell_all_again();
  CAF_CHECK_EQUAL(counts().waiting, 2u);
  auto told = tell();
  std::ranges::sort(told);
  CAF_CHECK_EQUAL(told, (lines{"+bob=1@2", "+cid=1@3", "lobby"}));
  pass(5s);
  CAF_CHECK_EQUAL(tell(), (lines{"lobby", "cid=0@3"}));
}

CAF_TEST(says of which rooms nobody is left) {
  enter("ann", 1);
  tell();
  enter("bob", 2); // nobody hears of them
  leave("ann", 1);
  leave("bob", 2);
  pass(5s);
  CAF_CHECK(book.take_emptied().empty());
  CAF_CHECK(book.has(lobby.channel));
  tell();
  auto emptied = book.take_emptied();
  CAF_REQUIRE_EQUAL(emptied.size(), 1u);
  CAF_CHECK_EQUAL(emptied[0].name, "lobby");
  CAF_CHECK(book.take_emptied().empty());
  CAF_CHECK(!book.has(lobby.channel));
}

CAF_TEST(rooms that others have forgotten are told again) {
  enter("ann", 1);
  enter("bob", 2);
  tell();
  leave("bob", 2);
  pass(5s);        // others still have bob
  enter("cid", 3); // and have not heard of cid
  book.tell_again([](auto& x) { return x.name != "lobby"; });
  CAF_CHECK_EQUAL(counts().waiting, 2u);
  book.tell_again([](auto& x) { return x.name == "lobby"; });
  CAF_CHECK_EQUAL(counts().waiting, 3u);
  CAF_CHECK_EQUAL(take(), (lines{"lobby", "bob=0@2", "+cid=1@3", "ann=1@1"}));
  book.tell_again([](auto&) { return true; });
  book.settle(lobby.channel);
  CAF_CHECK_EQUAL(take().size(), 4u); // once more
  book.settle(lobby.channel);
  CAF_CHECK_EQUAL(counts().waiting, 0u);
}

CAF_TEST(who was never told of goes without a trace also where others have forgotten) {
  enter("ann", 1);
  tell();
  enter("bob", 2);
  book.tell_again([](auto&) { return true; });
  leave("bob", 2);
  pass(5s);
  CAF_CHECK_EQUAL(take(), (lines{"lobby", "ann=1@1"}));
}

CAF_TEST_FIXTURE_SCOPE_END()
