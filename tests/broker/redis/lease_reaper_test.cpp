#define CAF_SUITE lease_reaper_test

#include "atrium/broker/redis/lease_reaper.hpp"

#include "caf/test/unit_test.hpp"
#include "support/redis_terms_stub.hpp"
#include "support/resp_nodes.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

const auto for_long = lease_reaper::clock::now() + 1h;

struct fixture {
  fixture() {
    reaper.on_up();
    reaper.on_script("sha");
  }

  // What is written: a command and what it is about.
  lines written() {
    std::string out;
    reaper.compose(out, std::size_t{256} << 10);
    lines result;
    resp_reader reader;
    reader.feed(out, [&](resp_reply x) {
      std::string line{x[1].text};
      // Of a script: cursor, lease, room; else all that follows the key.
      auto args = line == "EVALSHA" ? x.subspan(6, 3) : x.subspan(3);
      for (auto& arg : args)
        line.append(" ").append(arg.text);
      result.push_back(line);
      return true;
    });
    return result;
  }

  // The set of rooms has these.
  void rooms(const std::string& cursor, const lines& members) {
    std::vector<resp_node> nodes{{resp_type::array, 2, {}},
                                 {resp_type::string, 0, cursor},
                                 {resp_type::array, static_cast<long long>(members.size()), {}}};
    for (auto& x : members)
      nodes.push_back({resp_type::string, 0, x});
    CAF_CHECK(reaper.on_reply(nodes));
  }

  void reaped(const std::string& cursor, long long entries, std::size_t which = 0) {
    array_reply reply{cursor, entries};
    CAF_CHECK(reaper.on_reply_to(which, reply));
  }

  void dropped() {
    resp_node node{resp_type::integer, 1, {}};
    CAF_CHECK(reaper.on_reply({&node, 1}));
  }

  void refused(std::string_view error, std::size_t which = 0) {
    error_reply reply{error};
    CAF_CHECK(reaper.on_reply_to(which, reply));
  }

  void wait() {
    CAF_REQUIRE(reaper.next_tick().has_value());
    reaper.tick(*reaper.next_tick());
  }

  lines emptied;
  redis_terms_stub terms;
  lease_reaper reaper{terms, channel_names{"dev:atrium"},
                      [this](const std::string& id) { emptied.push_back(id); }};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(lease_reaper_tests, fixture)

CAF_TEST(a room is reaped slice by slice and then dropped) {
  CAF_CHECK(written().empty());
  reaper.reap({"d.1"}, for_long);
  CAF_CHECK_EQUAL(written(), lines{"SSCAN 0 COUNT 100"});
  rooms("0", {"f a room"});
  CAF_CHECK_EQUAL(written(), lines{"EVALSHA 0 d.1 a room"});
  reaped("77", 200);
  CAF_CHECK_EQUAL(written(), lines{"EVALSHA 77 d.1 a room"});
  reaped("end", 3);
  CAF_CHECK_EQUAL(written(), lines{"SREM f a room"});
  CAF_CHECK(emptied.empty());
  dropped();
  CAF_CHECK_EQUAL(emptied, lines{"d.1"});
  CAF_CHECK_EQUAL(reaper.reaped(), 203U);
  CAF_CHECK(written().empty());
}

CAF_TEST(few commands at a time are under way) {
  reaper.reap({"d.1"}, for_long);
  written();
  rooms("0", {"f 1", "f 2", "f 3", "c 4", "c 5", "c 6"});
  CAF_CHECK_EQUAL(written().size(), 4U);
  CAF_CHECK_EQUAL(reaper.in_flight(), 4U);
  CAF_CHECK(written().empty());
  reaped("end", 1);
  CAF_CHECK_EQUAL(written(), lines{"EVALSHA 0 d.1 5"});
}

CAF_TEST(a large set of rooms is read on) {
  reaper.reap({"d.1"}, for_long);
  written();
  rooms("8", {});
  CAF_CHECK_EQUAL(written(), lines{"SSCAN 8 COUNT 100"});
  rooms("0", {});
  CAF_CHECK_EQUAL(emptied, lines{"d.1"});
}

CAF_TEST(leases are emptied one after the other) {
  reaper.reap({"d.1", "e.1"}, for_long);
  CAF_CHECK_EQUAL(written().size(), 1U);
  rooms("0", {});
  CAF_CHECK_EQUAL(written().size(), 1U);
  rooms("0", {});
  CAF_CHECK_EQUAL(emptied, (lines{"d.1", "e.1"}));
}

CAF_TEST(a claim that is over is not used) {
  reaper.reap({"d.1"}, lease_reaper::clock::now() - 1ms);
  CAF_CHECK(written().empty());
  reaper.reap({"d.1"}, for_long);
  CAF_CHECK_EQUAL(written().size(), 1U);
}

CAF_TEST(a claim that was lost ends the work) {
  reaper.reap({"d.1"}, for_long);
  written();
  rooms("0", {"f 1", "f 2"});
  written();
  reaper.reap({"e.1"}, for_long);
  CAF_CHECK_EQUAL(written(), lines{"SSCAN 0 COUNT 100"});
  reaped("end", 1);
  refused("OOM command not allowed");
  reaper.tick(for_long);
  CAF_CHECK(written().empty());
  rooms("0", {});
  CAF_CHECK_EQUAL(emptied, lines{"e.1"});
}

CAF_TEST(a refused slice is tried again) {
  reaper.reap({"d.1"}, for_long);
  written();
  rooms("0", {"f 1"});
  written();
  refused("OOM command not allowed");
  CAF_CHECK(written().empty());
  CAF_REQUIRE(reaper.next_tick().has_value());
  reaper.tick(*reaper.next_tick());
  CAF_CHECK_EQUAL(written(), lines{"EVALSHA 0 d.1 1"});
  refused("NOSCRIPT No matching script");
  CAF_CHECK_EQUAL(written(), lines{"EVALSHA 0 d.1 1"});
}

CAF_TEST(a lost link ends all until the claim is confirmed) {
  reaper.reap({"d.1"}, for_long);
  written();
  rooms("0", {"f 1"});
  reaper.on_lost();
  CAF_CHECK_EQUAL(reaper.in_flight(), 0U);
  reaper.on_up();
  CAF_CHECK(written().empty());
  reaper.reap({"d.1"}, for_long);
  CAF_CHECK_EQUAL(written(), lines{"SSCAN 0 COUNT 100"});
}

CAF_TEST(what is no room is dropped) {
  reaper.reap({"d.1"}, for_long);
  written();
  rooms("0", {"a room of another version"});
  CAF_CHECK_EQUAL(written(), lines{"SREM a room of another version"});
}

CAF_TEST(other answers end the link) {
  reaper.reap({"d.1"}, for_long);
  CAF_CHECK(!reaper.on_reply(array_reply{"0"}));
  written();
  CAF_CHECK(!reaper.on_reply(array_reply{"0", 1}));
}

CAF_TEST(what one server of many has lost is done once more without a pause) {
  reaper.reap({"d.1"}, for_long);
  written();
  refused(lost_answer);
  CAF_CHECK_EQUAL(written(), lines{"SSCAN 0 COUNT 100"});
  rooms("0", {"f 1", "f 2"});
  written();
  reaped("end", 2, 1);
  refused(lost_answer);
  reaper.on_up(); // it is back
  CAF_CHECK_EQUAL(written(), (lines{"EVALSHA 0 d.1 1", "SREM f 2"}));
  CAF_CHECK_EQUAL(reaper.reaped(), 2U);
}

CAF_TEST(rooms of a server that is away hold up no other) {
  reaper.reap({"d.1", "e.1"}, for_long);
  written();
  rooms("0", {"f 1", "f 2"});
  written();
  refused(unreachable_answer);
  reaped("end", 1);
  CAF_CHECK_EQUAL(written(), lines{"SREM f 2"});
  dropped();
  CAF_CHECK(emptied.empty());
  CAF_CHECK(written().empty());
  wait();
  CAF_CHECK_EQUAL(written(), lines{"SSCAN 0 COUNT 100"});
  rooms("0", {});
  CAF_CHECK_EQUAL(emptied, lines{"e.1"});
  CAF_CHECK_EQUAL(written(), lines{"SSCAN 0 COUNT 100"}); // the first one again
  rooms("0", {"f 1"});
  CAF_CHECK_EQUAL(written(), lines{"EVALSHA 0 d.1 1"});
  reaped("end", 1);
  written();
  dropped();
  CAF_CHECK_EQUAL(emptied, (lines{"e.1", "d.1"}));
  CAF_CHECK(!reaper.next_tick());
}

CAF_TEST(a list that is away is asked for again after a pause) {
  reaper.reap({"d.1"}, for_long);
  written();
  rooms("8", {});
  written();
  refused(unreachable_answer);
  CAF_CHECK(written().empty());
  wait();
  CAF_CHECK_EQUAL(written(), lines{"SSCAN 0 COUNT 100"});
}

CAF_TEST_FIXTURE_SCOPE_END()
