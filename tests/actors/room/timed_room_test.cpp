#define CAF_SUITE timed_room_test

#include "support/actor_fixture.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <stdexcept>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

/// What the hooks of the test's room do, by message or timer.
std::map<std::string, std::function<void(class timed_room&)>> acts;

/// Acts on messages and timers, and says which timers have come.
class timed_room final : public room_logic {
public:
  using room_logic::after;
  using room_logic::cancel;
  using room_logic::every;
  using room_logic::publish;

  decision on_message(const member&, room_message& message) override {
    act(message.data);
    return decision::handled("1");
  }
  void on_timer(const std::string& timer) override {
    fired.push_back(timer);
    act(timer);
  }
  std::chrono::milliseconds linger() const override {
    return 30s;
  }

  static inline lines fired;

private:
  void act(const std::string& what) {
    if (auto i = acts.find(what); i != acts.end())
      i->second(*this);
  }
};

template <class Exception, class Function>
bool throws(Function f) {
  try {
    f();
  } catch (const Exception&) {
    return true;
  }
  return false;
}

struct fixture : node_fixture {
  fixture() : node_fixture(room_types{}.add<timed_room>("timed")) {
    ann = connect("ann");
    join(ann, "timed");
    ann.out->take();
    wait(env->limits->bus_timeout); // what the join has begun is over
    CAF_CHECK_EQUAL(pending(), 0U);
  }
  ~fixture() override {
    acts.clear();
    timed_room::fired.clear();
  }

  /// Has a hook of the room do something.
  void have(std::function<void(timed_room&)> what) {
    acts["0"] = std::move(what);
    publish(ann, "timed", "0");
  }

  /// Returns the timers that have come within this time.
  lines wait(std::chrono::milliseconds x) {
    now += x;
    sched.advance_time(x);
    settle();
    return std::exchange(timed_room::fired, {});
  }

  /// How many messages wait for their time.
  std::size_t pending() {
    struct access : caf::detail::test_actor_clock {
      static std::size_t size(caf::detail::test_actor_clock& x) {
        return (x.*&access::schedule_).size();
      }
    };
    return access::size(sched.clock());
  }

  std::string observe_room() {
    std::string result;
    auto room = child_of_root(list_children{child_kind::room, {}, {}, 1});
    auto asked = self->request(room, caf::infinite, observe_atom::value);
    settle();
    asked.receive([&](std::string& x) { result = std::move(x); }, [](caf::error&) {});
    return result;
  }

  client ann;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(timed_room_tests, fixture)

CAF_TEST(timers come in the order of their times and once) {
  have([](timed_room& x) {
    x.after("b", 20ms);
    x.after("a", 10ms);
    x.after("c", 30ms);
  });
  CAF_CHECK_EQUAL(wait(9ms), lines{});
  CAF_CHECK_EQUAL(wait(1ms), lines{"a"});
  CAF_CHECK_EQUAL(wait(1h), (lines{"b", "c"}));
  CAF_CHECK_EQUAL(wait(1h), lines{});
}

CAF_TEST(a hook may cancel a timer that is due as well) {
  have([](timed_room& x) {
    x.after("a", 10ms);
    x.after("b", 10ms);
    x.every("c", 10ms);
  });
  acts["a"] = [](timed_room& x) {
    CAF_CHECK(x.cancel("b"));
    CAF_CHECK(!x.cancel("a"));
    CAF_CHECK(x.cancel("c"));
  };
  CAF_CHECK_EQUAL(wait(10ms), lines{"a"});
  CAF_CHECK_EQUAL(wait(1h), lines{});
}

CAF_TEST(a timer that sets itself anew lets others have their turn) {
  acts["a"] = [](timed_room& x) { x.after("a", 0ms); };
  have([](timed_room& x) { x.after("a", 0ms); });
  CAF_CHECK_EQUAL(wait(0ms), lines{"a"});
  CAF_CHECK_EQUAL(wait(0ms), lines{"a"});
  publish(ann, "timed", "1");
  CAF_CHECK_EQUAL(ann.out->count("answered"), 2U);
  acts.clear();
  CAF_CHECK_EQUAL(wait(0ms), lines{"a"});
  CAF_CHECK_EQUAL(wait(1h), lines{});
}

CAF_TEST(an interval goes on until it is cancelled) {
  have([](timed_room& x) { x.every("a", 10ms); });
  CAF_CHECK_EQUAL(wait(0ms), lines{});
  CAF_CHECK_EQUAL(wait(10ms), lines{"a"});
  CAF_CHECK_EQUAL(wait(35ms), lines{"a"}); // late, for 40
  CAF_CHECK_EQUAL(wait(4ms), lines{});
  CAF_CHECK_EQUAL(wait(1ms), lines{"a"}); // for 50
  have([](timed_room& x) { CAF_CHECK(x.cancel("a")); });
  CAF_CHECK_EQUAL(wait(1h), lines{});
}

CAF_TEST(a timer may be set anew with every message) {
  acts["0"] = [](timed_room& x) { x.after("idle", 1min); };
  for (int i = 0; i < 10'000; ++i) {
    now += 1ms;
    sched.advance_time(1ms);
    publish(ann, "timed", "0");
    if (pending() > 1)
      CAF_FAIL("wake-ups pile up");
  }
  CAF_CHECK_EQUAL(wait(1min - 1ms), lines{});
  CAF_CHECK_EQUAL(wait(1ms), lines{"idle"});
  CAF_CHECK_EQUAL(pending(), 0U);
}

CAF_TEST(a short timer beside a long one leaves nothing behind) {
  have([](timed_room& x) { x.after("long", 1h); });
  acts["0"] = [](timed_room& x) { x.after("short", 1ms); };
  for (int i = 0; i < 100; ++i) {
    publish(ann, "timed", "0");
    CAF_CHECK_EQUAL(wait(1ms), lines{"short"});
  }
  CAF_CHECK_EQUAL(pending(), 1U);
  CAF_CHECK_EQUAL(wait(1h), lines{"long"});
}

CAF_TEST(a logic that fails loses its timers) {
  have([](timed_room& x) {
    x.after("bad", 10ms);
    x.after("a", 10ms);
    x.every("b", 20ms);
  });
  acts["bad"] = [](timed_room&) { throw std::runtime_error{"clumsy"}; };
  CAF_CHECK_EQUAL(wait(10ms), lines{"bad"});
  CAF_CHECK_EQUAL(ann.out->count("error room_restarted"), 1U);
  CAF_CHECK_EQUAL(wait(1h), lines{});
  have([](timed_room& x) { x.after("a", 10ms); });
  CAF_CHECK_EQUAL(wait(10ms), lines{"a"});
}

CAF_TEST(a timer that fails again and again ends the room) {
  acts["bad"] = [](timed_room&) { throw std::runtime_error{"clumsy"}; };
  for (std::size_t i = 0; i <= env->limits->restarts_per_minute; ++i) {
    have([](timed_room& x) {
      x.after("bad", 1ms);
      x.after("good", 1ms);
    });
    CAF_CHECK_EQUAL(wait(1ms), lines{"bad"});
  }
  CAF_CHECK_EQUAL(ann.out->count("error room_died"), 1U);
}

CAF_TEST(too many timers are a failure of the logic) {
  have([](timed_room& x) {
    for (int i = 0; i < 1'024; ++i)
      x.after(std::to_string(i), 1ms);
    CAF_CHECK(throws<std::length_error>([&] { x.every("one more", 1ms); }));
    x.after("one more", 1ms);
  });
  CAF_CHECK_EQUAL(ann.out->count("error internal"), 1U);
  CAF_CHECK_EQUAL(ann.out->count("error room_restarted"), 1U);
  CAF_CHECK_EQUAL(wait(1s), lines{});
}

CAF_TEST(an interval has to be positive) {
  have([](timed_room& x) {
    CAF_CHECK(throws<std::invalid_argument>([&] { x.every("a", 0ms); }));
    CAF_CHECK(throws<std::invalid_argument>([&] { x.every("a", -1ms); }));
  });
  CAF_CHECK_EQUAL(wait(1s), lines{});
}

CAF_TEST(no duration is too long or too short) {
  have([](timed_room& x) {
    x.after("never", std::chrono::milliseconds::max());
    x.every("hardly ever", std::chrono::milliseconds::max());
    x.after("at once", std::chrono::milliseconds::min());
  });
  CAF_CHECK_EQUAL(wait(0ms), lines{"at once"});
  CAF_CHECK_EQUAL(wait(24h), lines{});
  have([](timed_room& x) { x.after("a", 1s); });
  CAF_CHECK_EQUAL(wait(1s), lines{"a"});
}

CAF_TEST(a room that lingers has its timers and one that has ended has none) {
  have([](timed_room& x) { x.every("a", 10s); });
  disconnect(ann);
  CAF_CHECK_EQUAL(wait(10s), lines{"a"});
  CAF_CHECK_EQUAL(wait(10s), lines{"a"});
  CAF_CHECK_EQUAL(wait(10s), lines{"a"}); // the last: nobody has come
  CAF_CHECK_EQUAL(wait(10s), lines{});
  CAF_CHECK_EQUAL(wait(1h), lines{});
  CAF_CHECK_EQUAL(wire->count(room_channel("timed")), 0U);
}

CAF_TEST(operators see the timers that come next) {
  have([](timed_room& x) {
    x.after("close", 90s);
    x.every("tick", 5s);
  });
  wait(1s);
  auto seen = observe_room();
  CAF_MESSAGE(seen);
  CAF_CHECK(seen.find(R"("timers":2,"next_timers":{"close":89000,"tick":4000})")
            != std::string::npos);
  have([](timed_room& x) {
    for (int i = 0; i < 100; ++i)
      x.after(std::to_string(i), 1h);
  });
  seen = observe_room();
  CAF_CHECK(seen.find(R"("timers":102,)") != std::string::npos);
  CAF_CHECK(seen.find(R"("17":3600000)") != std::string::npos);
  CAF_CHECK(seen.find(R"("18":)") == std::string::npos);
}

CAF_TEST_FIXTURE_SCOPE_END()
