#define CAF_SUITE presence_contract_test

#include "caf/test/unit_test.hpp"
#include "support/presence_medium.hpp"

#include <set>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

using lines = std::vector<std::string>;

const presence_room lobby{"lobby", "{n:room:lobby}", presence_mode::full};
const presence_room stadium{"stadium", "{n:room:stadium}", presence_mode::count};

// Connections of different nodes have different numbers: in one process they share the presence.
presence_member ann(std::uint64_t connection, const std::string& info = "") {
  return {connection, "ann", info.empty() ? nullptr : bytes(info)};
}

presence_member user(std::uint64_t number) {
  return {number, "u" + std::to_string(number), nullptr};
}

bool has(presence& at, const presence_room& where, std::size_t present) {
  return eventually([&] { return ask(at, where, 0).present == present; });
}

// Waits until Redis knows of so many connections.
bool has_connections(presence& at, std::size_t count) {
  return eventually([&] {
    auto page = ask(at, lobby, 9);
    return page.users.size() == 1 && page.users[0].connections == count;
  });
}

} // namespace

CAF_TEST(a user on two nodes is one user) {
  on_every_presence(50ms, [](presence_medium& medium) {
    auto here = medium.make_node();
    auto there = medium.make_node();
    presence_ear ear{medium.on(), lobby};
    here->enter(lobby, ann(1));
    CAF_CHECK_EQUAL(ear.hears(1), (lines{"+ann 1"}));
    there->enter(lobby, ann(2));
    here->enter(lobby, ann(3));
    here->enter(lobby, ann(3));
    CAF_CHECK(has_connections(*there, 3));
    there->leave(lobby, "ann", 2);
    here->leave(lobby, "ann", 1);
    CAF_CHECK(has_connections(*there, 1));
    CAF_CHECK(has(*here, lobby, 1));
    here->leave(lobby, "ann", 3);
    CAF_CHECK_EQUAL(ear.hears(2), (lines{"+ann 1", "-ann 0"}));
    CAF_CHECK(has(*there, lobby, 0));
    CAF_CHECK_EQUAL(here->stats().waiting, 0u);
  });
}

CAF_TEST(a reload within the grace says nothing) {
  on_every_presence(1h, [](presence_medium& medium) {
    auto node = medium.make_node();
    presence_ear ear{medium.on(), lobby};
    node->enter(lobby, ann(1));
    ear.hears(1);
    auto before = ask(*node, lobby, 9).users.at(0).since;
    let_a_millisecond_pass();
    for (std::uint64_t i = 1; i < 20; ++i) {
      node->leave(lobby, "ann", i);
      node->enter(lobby, ann(i + 1));
    }
    node->enter(lobby, user(5));
    CAF_CHECK_EQUAL(ear.hears(2), (lines{"+ann 1", "+u5 2"}));
    auto page = ask(*node, lobby, 9);
    CAF_REQUIRE_EQUAL(page.users.size(), 2u);
    CAF_CHECK_EQUAL(page.users[0].connections, 1u);
    CAF_CHECK(page.users[0].since == before);
  });
}

CAF_TEST(leaving without having entered changes nothing) {
  on_every_presence(0ms, [](presence_medium& medium) {
    auto node = medium.make_node();
    presence_ear ear{medium.on(), lobby};
    node->leave(lobby, "ann", 1);
    node->enter(lobby, ann(1));
    node->leave(lobby, "ann", 2);
    node->leave(lobby, "bob", 1);
    node->leave(stadium, "ann", 1);
    node->enter(lobby, user(5));
    CAF_CHECK_EQUAL(ear.hears(2), (lines{"+ann 1", "+u5 2"}));
  });
}

CAF_TEST(a room that only counts names nobody) {
  on_every_presence(0ms, [](presence_medium& medium) {
    auto node = medium.make_node();
    presence_ear ear{medium.on(), stadium};
    node->enter(stadium, ann(1, "{}"));
    CAF_CHECK_EQUAL(ear.hears(1), (lines{"# 1"}));
    node->enter(stadium, ann(2));
    node->enter(stadium, user(5));
    CAF_CHECK_EQUAL(ear.hears(2), (lines{"# 1", "# 2"}));
    auto page = ask(*node, stadium, 9);
    CAF_CHECK_EQUAL(page.present, 2u);
    CAF_CHECK(page.users.empty());
    node->leave(stadium, "ann", 1);
    node->leave(stadium, "u5", 5);
    CAF_CHECK_EQUAL(ear.hears(3), (lines{"# 1", "# 2", "# 1"}));
  });
}

CAF_TEST(tells who is there and since when and about them) {
  on_every_presence(0ms, [](presence_medium& medium) {
    auto here = medium.make_node();
    auto there = medium.make_node();
    presence_ear ear{medium.on(), lobby};
    auto begin = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    here->enter(lobby, ann(1, R"({"name":"Ann \"A\""})"));
    ear.hears(1);
    let_a_millisecond_pass();
    there->enter(lobby, ann(2, R"({"name":"late"})"));
    there->enter(lobby, {7, "bob", nullptr});
    ear.hears(2);
    CAF_CHECK(eventually([&] { return ask(*here, lobby, 9).users.at(0).connections == 2; }));
    auto page = ask(*here, lobby, 9);
    CAF_CHECK_EQUAL(page.error, errc::none);
    CAF_CHECK_EQUAL(page.present, 2u);
    CAF_REQUIRE_EQUAL(page.users.size(), 2u);
    auto& first = page.users[0];
    CAF_CHECK_EQUAL(first.user, "ann");
    CAF_CHECK_EQUAL(first.info, R"({"name":"Ann \"A\""})");
    CAF_CHECK(first.since >= begin);
    CAF_CHECK(first.since <= page.users[1].since);
    CAF_CHECK_EQUAL(page.users[1].user, "bob");
    CAF_CHECK_EQUAL(page.users[1].connections, 1u);
    CAF_CHECK_EQUAL(page.users[1].info, "");
  });
}

CAF_TEST(names are taken as they are) {
  on_every_presence(0ms, [](presence_medium& medium) {
    auto node = medium.make_node();
    const presence_room odd{"a \"b\"/\\ \xC3\xA9", "{n:room:odd}", presence_mode::full};
    presence_ear ear{medium.on(), odd};
    lines expected;
    for (auto& name : {"a/b"s, "\"q\\"s, "\xE2\x82\xAC {}"s, "r.1/x"s, std::string(128, 'u')}) {
      node->enter(odd, {expected.size(), name, nullptr});
      expected.push_back("+" + name + " " + std::to_string(expected.size() + 1));
      CAF_CHECK_EQUAL(ear.hears(expected.size()), expected);
    }
    CAF_CHECK_EQUAL(ask(*node, odd, 9).users.size(), expected.size());
  });
}

CAF_TEST(a thousand come and go at once) {
  on_every_presence(0ms, [](presence_medium& medium) {
    constexpr std::uint64_t count = 1000;
    auto here = medium.make_node();
    auto there = medium.make_node();
    presence_ear ear{medium.on(), lobby};
    for (std::uint64_t i = 0; i < count; ++i)
      (i % 2 == 0 ? here : there)->enter(lobby, user(i));
    auto told = ear.hears(count);
    CAF_REQUIRE_EQUAL(told.size(), count);
    for (std::uint64_t i = 0; i < count; ++i)
      CAF_CHECK(told[i].ends_with(" " + std::to_string(i + 1)));
    CAF_CHECK_EQUAL(std::set<std::string>(told.begin(), told.end()).size(), count);
    auto part = ask(*here, lobby, 50);
    CAF_CHECK_EQUAL(part.present, count);
    CAF_CHECK_EQUAL(part.users.size(), 50u);
    CAF_CHECK_EQUAL(ask(*there, lobby, 2 * count).users.size(), count);
    for (std::uint64_t i = 0; i < count; ++i)
      (i % 2 == 0 ? here : there)->leave(lobby, "u" + std::to_string(i), i);
    told = ear.hears(2 * count);
    CAF_REQUIRE_EQUAL(told.size(), 2 * count);
    for (std::uint64_t i = 0; i < count; ++i)
      CAF_CHECK(told[count + i].ends_with(" " + std::to_string(count - i - 1)));
    CAF_CHECK(eventually([&] { return there->stats().waiting == 0; }));
    CAF_CHECK_EQUAL(there->stats().users, 0u);
    CAF_CHECK_EQUAL(there->stats().rooms, 0u);
  });
}

CAF_TEST(after the stop nothing is known) {
  on_every_presence(0ms, [](presence_medium& medium) {
    auto node = medium.make_node();
    presence_ear ear{medium.on(), lobby};
    node->enter(lobby, ann(1));
    ear.hears(1);
    node->stop(5s);
    node->enter(lobby, user(5));
    CAF_CHECK_EQUAL(ask(*node, lobby, 9).error, errc::bus_unavailable);
    CAF_CHECK_EQUAL(node->stats().failed, 1u);
    CAF_CHECK_EQUAL(ear.hears(1), (lines{"+ann 1"}));
  });
}
