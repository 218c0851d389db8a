#define CAF_SUITE history_script_test

#include "atrium/broker/redis/scripts.hpp"

#include "caf/test/unit_test.hpp"
#include "support/history_probe.hpp"
#include "support/redis_fixture.hpp"

#include <string>
#include <vector>

using namespace atrium;
using namespace atrium::test;
using namespace std::string_literals;

namespace {

using lines = std::vector<std::string>;

// The scripts by hand, on a channel "c".
struct scripts {
  redis_server& server;
  std::string count = "100";
  std::string epoch = "e1"; // for a channel that has none
  std::string incarnation = "run1";

  // One call with one message.
  lines append(const std::string& kind, const std::string& id) {
    return append_packet(kind, id, packet_of(id));
  }

  lines append_packet(const std::string& kind, const std::string& id, const std::string& packet) {
    if (kind == "c")
      return server.command({"EVAL", history_append_script, "3", "c:m", "c:h", "c:i:" + id, count,
                             "600", "1200", "c", epoch, incarnation, "PUBLISH", kind, id, packet});
    return server.command({"EVAL", history_append_script, "2", "c:m", "c:h", count, "600", "1200",
                           "c", epoch, incarnation, "PUBLISH", kind, id, packet});
  }

  lines read(const std::string& from, const std::string& of, const std::string& limit = "9",
             const std::string& bytes = "9999", const std::string& reverse = "0") {
    return server.command({"EVAL", history_read_script, "2", "c:m", "c:h", from, of, limit, bytes,
                           reverse, "1200", "e2", incarnation});
  }

  // Somebody has had the message at `from`.
  lines read_seen(const std::string& from, const std::string& of) {
    return server.command({"EVAL", history_read_script, "2", "c:m", "c:h", from, of, "9", "9999",
                           "0", "1200", "e2", incarnation, "1"});
  }

  // The newest message is gone, as if the server had lost it by starting anew.
  void lose(const std::string& offset, const std::string& previous) {
    server.command({"XDEL", "c:h", offset + "-0"});
    server.command({"HSET", "c:m", "s", previous});
    incarnation += '+';
  }

  // Offsets and those before them.
  lines places(const lines& page) {
    lines result;
    for (std::size_t i = 4; i + 2 < page.size(); i += 3)
      result.push_back(page[i] + '<' + page[i + 1]);
    return result;
  }

  // The time of the server, in microseconds.
  unsigned long long now() {
    auto time = server.command({"TIME"});
    return std::stoull(time.at(1)) * 1'000'000 + std::stoull(time.at(2));
  }

  std::string field(const std::string& name) {
    return server.ask({"HGET", "c:m", name});
  }
};

template <class F>
void with_scripts(F&& test) {
  with_redis([&](redis_server& server) {
    scripts subject{server};
    test(subject);
  });
}

bool starts_with(const lines& reply, const std::string& what) {
  return reply.front().rfind(what, 0) == 0;
}

} // namespace

CAF_TEST(the first message of a channel begins an epoch) {
  with_scripts([](scripts& x) {
    CAF_CHECK(x.append("n", "a") == (lines{"3", "e1", "1", "0"}));
    x.epoch = "other";
    CAF_CHECK(x.append("n", "b") == (lines{"3", "e1", "2", "0"}));
    CAF_CHECK_EQUAL(x.field("s"), "2");
    CAF_CHECK_EQUAL(x.field("g"), "run1");
    CAF_CHECK_EQUAL(x.server.ask({"TTL", "c:h"}), "600");
    CAF_CHECK_EQUAL(x.server.ask({"TTL", "c:m"}), "1200");
    CAF_CHECK_EQUAL(x.server.ask({"DBSIZE"}), "2"); // ids of nodes cost no key
  });
}

CAF_TEST(a chosen id is known for five minutes) {
  with_scripts([](scripts& x) {
    CAF_CHECK(x.append("c", "a") == (lines{"3", "e1", "1", "0"}));
    CAF_CHECK(x.append("c", "a") == (lines{"3", "e1", "1", "1"}));
    CAF_CHECK_EQUAL(x.server.ask({"GET", "c:i:a"}), "1:e1");
    CAF_CHECK_EQUAL(x.server.ask({"TTL", "c:i:a"}), "300");
    x.server.command({"SET", "c:i:b", "7:old"}); // of an epoch that was lost
    CAF_CHECK(x.append("c", "b") == (lines{"3", "e1", "2", "0"}));
  });
}

CAF_TEST(one call may have known and unknown messages) {
  with_scripts([](scripts& x) {
    auto reply = x.server.command({"EVAL",  history_append_script,
                                   "4",     "c:m",
                                   "c:h",   "c:i:a",
                                   "c:i:a", "100",
                                   "600",   "1200",
                                   "c",     "e1",
                                   "",      "PUBLISH",
                                   "c",     "a",
                                   "0:1",   "n",
                                   "m",     "0:2",
                                   "c",     "a",
                                   "0:1"});
    CAF_CHECK(reply == (lines{"7", "e1", "1", "0", "2", "0", "1", "1"}));
    CAF_CHECK_EQUAL(x.server.ask({"XLEN", "c:h"}), "2");
  });
}

CAF_TEST(what was sent before is looked for in the log) {
  with_scripts([](scripts& x) {
    for (int i = 1; i <= 250; ++i)
      x.append("n", "m" + std::to_string(i));
    x.count = "1000";
    CAF_CHECK(x.append("r", "m250") == (lines{"3", "e1", "250", "1"}));
    CAF_CHECK(x.append("r", "m151") == (lines{"3", "e1", "151", "1"}));
    CAF_CHECK(x.append("r", "m150") == (lines{"3", "e1", "251", "0"})); // trimmed
    CAF_CHECK(x.append("r", "none") == (lines{"3", "e1", "252", "0"}));
    CAF_CHECK(x.append_packet("r", "fake", packet_of("m", R"({"event_id":"x"})"))
              == (lines{"3", "e1", "253", "0"}));
    CAF_CHECK(x.append("r", "x") == (lines{"3", "e1", "254", "0"})); // only in the data
  });
}

CAF_TEST(what is a minute older ends the search) {
  with_scripts([](scripts& x) {
    auto at = [](const std::string& id, int seconds) {
      auto packet = packet_of(id);
      return packet.replace(packet.find(R"("ts":1,)"), 7,
                            R"("ts":17000)" + std::to_string(10'000 + seconds) + "000,");
    };
    x.count = "1000";
    for (int i = 0; i < 300; ++i) // two every second
      x.append_packet("n", std::to_string(i), at(std::to_string(i), i / 2));
    x.server.command({"CONFIG", "RESETSTAT"});
    auto reads = [&] {
      auto stats = x.server.ask({"INFO", "commandstats"});
      auto begin = stats.find("cmdstat_xrevrange:calls=");
      return begin == stats.npos ? 0 : std::stoi(stats.substr(begin + 24));
    };
    CAF_CHECK(x.append_packet("r", "30", at("30", 149)) == (lines{"3", "e1", "301", "0"}));
    CAF_CHECK_EQUAL(reads(), 2); // of a hundred each
    CAF_CHECK(x.append_packet("r", "31", at("31", 15)) == (lines{"3", "e1", "32", "1"}));
  });
}

CAF_TEST(numbers jump when the server has started anew) {
  with_scripts([](scripts& x) {
    x.append("n", "a");
    x.append("n", "b");
    x.incarnation = "run2";
    auto before = x.now();
    auto first = std::stoull(x.append("n", "c").at(2));
    CAF_CHECK(first > before && first <= x.now() + 1);
    auto after = [](unsigned long long n, int more) {
      return std::to_string(n + static_cast<unsigned>(more));
    };
    CAF_CHECK(x.append("n", "d") == (lines{"3", "e1", after(first, 1), "0"}));
    CAF_CHECK_EQUAL(x.field("g"), "run2");
    CAF_CHECK_EQUAL(x.field("s"), after(first, 1));
    // Who was at the end is repaired, who saw what was lost is told.
    const lines jumped{after(first, 0) + "<2", after(first, 1) + '<' + after(first, 0)};
    CAF_CHECK(x.places(x.read("2", "e1")) == jumped);
    CAF_CHECK(x.read("3", "e1") == (lines{"4", "e1", after(first, 1), "lost", "0"}));
    CAF_CHECK(x.places(x.read("", "", "9", "9999", "1"))
              == (lines{jumped.at(1), jumped.at(0), "2<1", "1<0"}));
    CAF_CHECK(x.append("c", "e") == (lines{"3", "e1", after(first, 2), "0"}));
    CAF_CHECK(x.append("c", "e") == (lines{"3", "e1", after(first, 2), "1"}));
    CAF_CHECK(x.append("r", "d") == (lines{"3", "e1", after(first, 1), "1"}));
    x.incarnation = ""; // nobody knows
    CAF_CHECK(x.append("n", "f") == (lines{"3", "e1", after(first, 3), "0"}));
    CAF_CHECK_EQUAL(x.field("g"), "run2");
  });
}

CAF_TEST(numbers never go back) {
  with_scripts([](scripts& x) {
    x.append("n", "a");
    const auto last = 9'007'199'254'740'000; // the clock was set back from there
    x.server.command({"HSET", "c:m", "s", std::to_string(last)});
    x.incarnation = "run2";
    CAF_CHECK(x.append("n", "b") == (lines{"3", "e1", std::to_string(last + 1), "0"}));
    CAF_CHECK(x.append("n", "c") == (lines{"3", "e1", std::to_string(last + 2), "0"}));
    CAF_CHECK(x.places(x.read(std::to_string(last), "e1")).size() == 2u);
  });
}

CAF_TEST(an epoch that was lost takes its messages along) {
  with_scripts([](scripts& x) {
    x.append("n", "a");
    x.append("n", "b");
    x.server.command({"DEL", "c:m"});
    x.epoch = "e3";
    CAF_CHECK(x.append("n", "c") == (lines{"3", "e3", "1", "0"}));
    CAF_CHECK(x.places(x.read("", "")) == (lines{"1<0"}));
    x.server.command({"DEL", "c:m"});
    CAF_CHECK(x.read("", "") == (lines{"3", "e2", "0", "end"}));
    CAF_CHECK_EQUAL(x.server.ask({"EXISTS", "c:h"}), "0");
    CAF_CHECK(x.append("n", "d") == (lines{"3", "e2", "1", "0"}));
  });
}

CAF_TEST(what is refused has no effect) {
  with_scripts([](scripts& x) {
    own_bus node{quick_config(x.server)};
    bus_member ann{node, "c"};
    CAF_REQUIRE(ann.is_subscribed());
    x.append("n", "a");
    x.server.command({"CONFIG", "SET", "maxmemory", "1"});
    CAF_CHECK(starts_with(x.append("c", "b"), "OOM"));
    CAF_CHECK(!starts_with(x.read("0", "e1"), "OOM"));
    x.server.command({"CONFIG", "SET", "maxmemory", "0"});
    x.server.command({"CONFIG", "SET", "min-replicas-to-write", "1"});
    CAF_CHECK(starts_with(x.append("c", "b"), "NOREPLICAS"));
    CAF_CHECK(x.places(x.read("0", "e1")) == (lines{"1<0"}));
    x.server.command({"CONFIG", "SET", "min-replicas-to-write", "0"});
    x.server.command({"SET", "c:i:wrong", "1"});
    x.server.command({"RENAME", "c:h", "kept"});
    x.server.command({"SET", "c:h", "no stream"});
    CAF_CHECK(starts_with(x.append("c", "b"), "WRONGTYPE"));
    x.server.command({"RENAME", "kept", "c:h"});
    CAF_CHECK(x.append("c", "b") == (lines{"3", "e1", "2", "0"}));
    CAF_CHECK(eventually([&] { return ann.probe->messages().size() == 2; }));
    CAF_CHECK(is_gapless(ann.probe->messages()));
  });
}

CAF_TEST(a channel without a log gets an epoch by a question) {
  with_scripts([](scripts& x) {
    CAF_CHECK(x.read("", "", "0") == (lines{"3", "e2", "0", "end"}));
    CAF_CHECK_EQUAL(x.field("g"), "run1");
    CAF_CHECK_EQUAL(x.server.ask({"TTL", "c:m"}), "1200");
    CAF_CHECK(x.read("0", "e2") == (lines{"3", "e2", "0", "end"}));
    CAF_CHECK(x.read("0", "e1") == (lines{"4", "e2", "0", "lost", "0"}));
    x.server.command({"EXPIRE", "c:m", "10"});
    x.read("", "", "0"); // keeps it alive
    CAF_CHECK_EQUAL(x.server.ask({"TTL", "c:m"}), "1200");
    CAF_CHECK(x.append("n", "a") == (lines{"3", "e2", "1", "0"}));
  });
}

CAF_TEST(every way to have lost something is told) {
  with_scripts([](scripts& x) {
    x.count = "3";
    for (auto id : {"a", "b", "c", "d", "e"})
      x.append("n", id);
    const lines lost{"4", "e1", "5", "lost", "2"};
    CAF_CHECK(x.read("3", "other") == lost);
    CAF_CHECK(x.read("6", "e1") == lost);
    CAF_CHECK(x.read("1", "e1") == lost);
    CAF_CHECK(x.read("1", "e1", "0") == lost);
    CAF_CHECK(x.read("6", "e1", "9", "9999", "1") == lost);
    CAF_CHECK(x.places(x.read("2", "e1")) == (lines{"3<2", "4<3", "5<4"}));
    x.server.command({"DEL", "c:h"}); // as if expired
    CAF_CHECK(x.read("4", "e1") == (lines{"4", "e1", "5", "lost", "5"}));
    CAF_CHECK(x.read("5", "e1") == (lines{"3", "e1", "5", "end"}));
    CAF_CHECK(x.read("", "") == (lines{"3", "e1", "5", "end"}));
  });
}

CAF_TEST(a page ends at its bounds) {
  with_scripts([](scripts& x) {
    for (int i = 1; i <= 300; ++i)
      x.append("n", "a" + std::to_string(i + 100));
    auto size = packet_of("a100").size();
    auto of = [&](const std::string& from, std::size_t limit, std::size_t bytes, bool reverse) {
      auto page
        = x.read(from, "e1", std::to_string(limit), std::to_string(bytes), reverse ? "1" : "0");
      return std::pair{page.at(3), x.places(page)};
    };
    using expected = std::pair<std::string, lines>;
    CAF_CHECK(of("298", 2, 9999, false) == (expected{"end", {"299<298", "300<299"}}));
    CAF_CHECK(of("297", 2, 9999, false) == (expected{"more", {"298<297", "299<298"}}));
    CAF_CHECK(of("297", 9, 2 * size, false) == (expected{"more", {"298<297", "299<298"}}));
    CAF_CHECK(of("297", 9, 0, false) == (expected{"more", {"298<297"}}));
    CAF_CHECK(of("203", 9, 9999, true).second.size() == 2u);
    CAF_CHECK(of("202", 9, 9999, true) == (expected{"end", {"201<200"}}));
    CAF_CHECK(of("201", 9, 9999, true) == (expected{"end", {}}));
    for (std::size_t limit : {15, 16, 17, 99, 100})
      CAF_CHECK_EQUAL(of("200", limit, 99'999, false).second.size(), limit);
    for (std::size_t fit : {1, 15, 16, 17, 60, 100}) {
      CAF_CHECK_EQUAL(of("200", 200, fit * size, false).second.size(), fit);
      CAF_CHECK_EQUAL(of("", 200, fit * size, true).second.size(), fit);
    }
  });
}

CAF_TEST(what was seen and is lost begins another epoch) {
  with_scripts([](scripts& x) {
    x.append("n", "a");
    x.append("c", "b");
    x.append("n", "c");
    x.lose("3", "2");
    CAF_CHECK(x.read("3", "e1") == (lines{"4", "e1", "2", "lost", "0"})); // clients may lie
    CAF_CHECK(x.read_seen("2", "e1") == (lines{"3", "e1", "2", "end"}));
    CAF_CHECK(x.read_seen("3", "e1") == (lines{"4", "e2", "2", "lost", "0"}));
    // Whoever has not seen it is told by that.
    CAF_CHECK(x.read_seen("2", "e1") == (lines{"4", "e2", "2", "lost", "0"}));
    CAF_CHECK(x.places(x.read("", "")) == (lines{"1<0", "2<1"}));
    CAF_CHECK(x.append("c", "b") == (lines{"3", "e2", "2", "1"}));
  });
}

CAF_TEST(what was seen and is lost is missed behind others too) {
  with_scripts([](scripts& x) {
    for (auto id : {"a", "b", "c"})
      x.append("n", id);
    x.lose("3", "2");
    auto offset = x.append("n", "d").at(2);
    CAF_CHECK(x.places(x.read_seen("2", "e1")) == lines{offset + "<2"});
    CAF_CHECK(x.read_seen("3", "e1") == (lines{"4", "e2", offset, "lost", "0"}));
  });
}

CAF_TEST(what was trimmed or has expired is not lost by the server) {
  with_scripts([](scripts& x) {
    x.count = "2";
    for (auto id : {"a", "b", "c", "d"})
      x.append("n", id);
    CAF_CHECK(x.read_seen("1", "e1") == (lines{"4", "e1", "4", "lost", "2"}));
    x.server.command({"DEL", "c:h"});
    CAF_CHECK(x.read_seen("3", "e1") == (lines{"4", "e1", "4", "lost", "4"}));
  });
}
