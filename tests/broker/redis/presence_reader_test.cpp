#define CAF_SUITE presence_reader_test

#include "atrium/broker/redis/presence_reader.hpp"

#include "caf/test/unit_test.hpp"
#include "support/redis_terms_stub.hpp"
#include "support/resp_nodes.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

const presence_room lobby{"lobby", "lobby", presence_mode::full};
const presence_room stadium{"stadium", "stadium", presence_mode::count};

struct fixture {
  fixture() {
    reader.on_up();
  }

  void ask(const presence_room& where, std::size_t limit,
           presence_reader::clock::duration in = 5s) {
    if (reader.admit(where))
      reader.push({where, limit, done(), now + in});
    else
      reader.refuse(done());
  }

  presence::answer done() {
    return [this](presence_page x) { pages.push_back(std::move(x)); };
  }

  lines compose() {
    std::string out;
    reader.compose(out, std::size_t{256} << 10);
    lines result;
    resp_reader commands;
    commands.feed(out, [&](resp_reply x) {
      std::string text;
      for (auto& word : x.subspan(1))
        text.append(text.empty() ? "" : " ").append(word.text);
      result.push_back(text);
      return true;
    });
    return result;
  }

  bool number(long long x) {
    resp_node node{resp_type::integer, x, {}};
    return reader.on_reply({&node, 1});
  }

  bool scanned(std::string_view cursor, const lines& entries, std::size_t which = 0) {
    std::vector<resp_node> nodes{{resp_type::array, 2, {}},
                                 {resp_type::string, 0, cursor},
                                 {resp_type::array, static_cast<long long>(entries.size()), {}}};
    for (auto& x : entries)
      nodes.push_back({resp_type::string, 0, x});
    return reader.on_reply_to(which, nodes);
  }

  presence_stats counts() const {
    presence_stats result;
    reader.count(result);
    return result;
  }

  presence_reader reader;
  presence_reader::clock::time_point now{};
  std::vector<presence_page> pages;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(presence_reader_tests, fixture)

CAF_TEST(sums up what the nodes have of a user) {
  ask(lobby, 100);
  CAF_CHECK_EQUAL(compose(), (lines{"HLEN lobby:users", "HSCAN lobby:presence 0 COUNT 100"}));
  number(2);
  scanned("0", {"r.1/ann", "2 500 late", "s.4/ann", "1 400 {\"a b\":1}", "r.1/b/o b", "1 600 "});
  CAF_REQUIRE_EQUAL(pages.size(), 1u);
  auto& page = pages[0];
  CAF_CHECK_EQUAL(page.error, errc::none);
  CAF_CHECK_EQUAL(page.present, 2u);
  std::ranges::sort(page.users, {}, &present_user::user);
  CAF_REQUIRE_EQUAL(page.users.size(), 2u);
  CAF_CHECK_EQUAL(page.users[0].user, "ann");
  CAF_CHECK_EQUAL(page.users[0].connections, 3u);
  CAF_CHECK_EQUAL(page.users[0].since.time_since_epoch().count(), 400);
  CAF_CHECK_EQUAL(page.users[0].info, "{\"a b\":1}");
  CAF_CHECK_EQUAL(page.users[1].user, "b/o b");
  CAF_CHECK_EQUAL(page.users[1].info, "");
  CAF_CHECK_EQUAL(counts().reads, 1u);
  CAF_CHECK(!reader.next_tick());
}

CAF_TEST(what a node has said under an earlier lease counts no more) {
  ask(lobby, 100);
  compose();
  number(2);
  scanned("0",
          {"r.9/ann", "2 500 ", "r.10/ann", "1 400 new", "r.2/bob", "3 700 ", "r.1/bob", "9 1 "});
  auto& users = pages.at(0).users;
  std::ranges::sort(users, {}, &present_user::user);
  CAF_REQUIRE_EQUAL(users.size(), 2u);
  CAF_CHECK_EQUAL(users[0].connections, 1u);
  CAF_CHECK_EQUAL(users[0].info, "new");
  CAF_CHECK_EQUAL(users[1].connections, 3u);
}

CAF_TEST(scans on until enough users are found) {
  ask(lobby, 3);
  CAF_CHECK_EQUAL(compose(), (lines{"HLEN lobby:users", "HSCAN lobby:presence 0 COUNT 10"}));
  number(9);
  scanned("17", {"r.1/a", "1 1 ", "r.1/b", "1 1 "});
  CAF_CHECK_EQUAL(compose(), lines{"HSCAN lobby:presence 17 COUNT 10"});
  scanned("5", {"r.1/b", "1 1 ", "r.1/a", "1 1 "}); // again, while the table grows
  CAF_CHECK_EQUAL(compose(), lines{"HSCAN lobby:presence 5 COUNT 10"});
  scanned("9", {"r.1/c", "1 1 ", "r.1/d", "1 1 "});
  CAF_REQUIRE_EQUAL(pages.size(), 1u);
  CAF_CHECK_EQUAL(pages[0].users.size(), 3u);
  CAF_CHECK_EQUAL(pages[0].present, 9u);
  for (auto& x : pages[0].users)
    CAF_CHECK_EQUAL(x.connections, 1u);
  CAF_CHECK_EQUAL(compose(), lines{});
}

CAF_TEST(the number alone is one command) {
  ask(lobby, 0);
  ask(stadium, 50);
  CAF_CHECK_EQUAL(compose(), (lines{"HLEN lobby:users", "HLEN stadium:users"}));
  number(4);
  number(0);
  CAF_REQUIRE_EQUAL(pages.size(), 2u);
  CAF_CHECK_EQUAL(pages[0].present, 4u);
  CAF_CHECK(pages[1].users.empty());
}

CAF_TEST(those who ask meanwhile share the next reading) {
  ask(lobby, 0);
  compose();
  ask(lobby, 0);
  ask(lobby, 2);
  ask(lobby, 1);
  CAF_CHECK_EQUAL(compose(), lines{});
  number(1);
  CAF_CHECK_EQUAL(pages.size(), 1u);
  CAF_CHECK_EQUAL(compose().size(), 2u);
  number(2);
  scanned("0", {"r.1/a", "1 1 ", "r.1/b", "1 1 "});
  CAF_REQUIRE_EQUAL(pages.size(), 4u);
  CAF_CHECK_EQUAL(pages[1].users.size(), 0u);
  CAF_CHECK_EQUAL(pages[2].users.size(), 2u);
  CAF_CHECK_EQUAL(pages[3].users.size(), 1u);
  CAF_CHECK_EQUAL(compose(), lines{});
}

CAF_TEST(so many rooms are read at once) {
  for (std::size_t i = 0; i <= presence_reader::max_readings; ++i) {
    auto name = std::to_string(i);
    ask({name, name, presence_mode::count}, 0);
  }
  CAF_CHECK_EQUAL(compose().size(), presence_reader::max_readings);
  number(1);
  CAF_CHECK_EQUAL(compose().size(), 1u);
}

CAF_TEST(refusals are answers) {
  ask(lobby, 9);
  compose();
  ask(lobby, 0);
  CAF_CHECK(reader.on_reply(error_reply{"NOPERM no"}));
  CAF_CHECK(pages.empty());
  scanned("4", {});
  CAF_REQUIRE_EQUAL(pages.size(), 1u);
  CAF_CHECK_EQUAL(pages[0].error, errc::bus_unavailable);
  CAF_CHECK_EQUAL(compose().size(), 1u);
  number(3);
  CAF_CHECK_EQUAL(pages.at(1).present, 3u);
  CAF_CHECK_EQUAL(counts().failed, 1u);
}

CAF_TEST(without a link nothing can be read) {
  ask(lobby, 9);
  ask(stadium, 0);
  compose();
  ask(lobby, 0);
  reader.on_lost();
  CAF_CHECK_EQUAL(pages.size(), 3u);
  CAF_CHECK_EQUAL(reader.in_flight(), 0u);
  ask(lobby, 0);
  CAF_CHECK_EQUAL(pages.size(), 4u);
  for (auto& x : pages)
    CAF_CHECK_EQUAL(x.error, errc::bus_unavailable);
  reader.on_up();
  ask(lobby, 0);
  CAF_CHECK_EQUAL(compose().size(), 1u);
  number(1);
  CAF_CHECK_EQUAL(pages.at(4).present, 1u);
}

CAF_TEST(who has waited for too long hears so once) {
  ask(lobby, 0, 1s);
  compose();
  ask(lobby, 0, 2s);
  CAF_CHECK(reader.next_tick() == now + 1s);
  reader.tick(now + 1s);
  CAF_REQUIRE_EQUAL(pages.size(), 1u);
  CAF_CHECK_EQUAL(pages[0].error, errc::timeout);
  number(1);
  CAF_CHECK_EQUAL(pages.size(), 1u);
  compose();
  number(2);
  CAF_CHECK_EQUAL(pages.at(1).present, 2u);
}

CAF_TEST(questions are bounded in number and in bytes) {
  std::size_t admitted = 0;
  while (reader.admit(lobby))
    ++admitted;
  CAF_CHECK_EQUAL(admitted, presence_reader::max_pending);
  ask(lobby, 0);
  CAF_CHECK_EQUAL(pages.at(0).error, errc::bus_unavailable);
  for (std::size_t i = 0; i < admitted; ++i)
    reader.release(lobby);
  CAF_CHECK(reader.admit(lobby)); // the refusals count for nothing
  presence_room large{"x", std::string(std::size_t{3} << 19, 'x'), presence_mode::full};
  CAF_CHECK(reader.admit(large));
  CAF_CHECK(!reader.admit(large));
}

CAF_TEST(answers that make no sense end the link) {
  CAF_CHECK(!number(1));
  ask(lobby, 9);
  compose();
  CAF_CHECK(number(1));
  CAF_CHECK(!scanned("0", {"odd"}));
  reader.fail_all();
  CAF_CHECK_EQUAL(pages.size(), 1u);
}

CAF_TEST(answers of many servers come in any order) {
  ask(lobby, 9);
  ask({"x", "x", presence_mode::full}, 9);
  CAF_CHECK_EQUAL(compose().size(), 4u);
  CAF_CHECK(!scanned("0", {}, 4));
  CAF_CHECK(scanned("0", {"r.1/eve", "1 1 "}, 3));
  CAF_CHECK(reader.on_reply_to(2, error_reply{lost_answer}));
  CAF_REQUIRE_EQUAL(pages.size(), 1u);
  CAF_CHECK_EQUAL(pages[0].error, errc::bus_unavailable);
  CAF_CHECK(scanned("0", {"r.1/ann", "1 1 "}, 1));
  reader.on_up(); // another one
  CAF_CHECK(number(1));
  CAF_REQUIRE_EQUAL(pages.size(), 2u);
  CAF_CHECK_EQUAL(pages[1].users.at(0).user, "ann");
  CAF_CHECK_EQUAL(reader.in_flight(), 0u);
}

CAF_TEST(a server that is away holds up no other) {
  ask(lobby, 0);
  ask(stadium, 0);
  compose();
  CAF_CHECK(reader.on_reply(error_reply{unreachable_answer}));
  CAF_CHECK_EQUAL(pages.at(0).error, errc::bus_unavailable);
  CAF_CHECK(number(7));
  CAF_CHECK_EQUAL(pages.at(1).present, 7u);
}

CAF_TEST(a room whose server is in trouble does not count) {
  for (std::size_t i = 0; i < presence_reader::max_readings; ++i) {
    auto name = std::to_string(i);
    ask({name, name, presence_mode::count}, 1);
  }
  ask(stadium, 1);
  CAF_CHECK_EQUAL(compose().size(), presence_reader::max_readings);
  CAF_CHECK_EQUAL(compose().size(), 0u);
  reader.on_excused(3);
  reader.on_excused(3);
  CAF_CHECK_EQUAL(compose().size(), 1u);
  ask(lobby, 1);
  CAF_CHECK_EQUAL(compose().size(), 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
