#define CAF_SUITE subscriber_table_test

#include "atrium/broker/redis/subscriber_table.hpp"

#include "caf/test/unit_test.hpp"
#include "support/subscriber_log.hpp"

#include <stdexcept>
#include <string>
#include <vector>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

struct listening {
  std::shared_ptr<subscriber_log> probe = std::make_shared<subscriber_log>();
  bus_listener_ptr entry;

  explicit listening(std::string channel)
    : entry(std::make_shared<bus_listener>(std::move(channel), probe)) {
    // nop
  }
};

struct fixture {
  unix_time now{100s};
  gap_clock clock{{}, [this] {
                    return gap_clock::reading{gap_clock::steady{now.time_since_epoch()}, now};
                  }};
  subscriber_table subject{clock};
  listening ann{"a"};
  listening bob{"a"};
  listening cem{"a"};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(subscriber_table_tests, fixture)

CAF_TEST(the first and the last listener of a channel are noticed) {
  CAF_CHECK(subject.add(ann.entry));
  CAF_CHECK(!subject.add(bob.entry));
  CAF_CHECK(!subject.remove(ann.entry));
  CAF_CHECK(!subject.remove(ann.entry));
  CAF_CHECK(subject.remove(bob.entry));
  CAF_CHECK(!subject.remove(bob.entry));
}

CAF_TEST(listeners are told when the channel is acknowledged) {
  subject.add(ann.entry);
  CAF_CHECK_EQUAL(ann.probe->subscribed(), 0);
  subject.on_acknowledged("a");
  CAF_CHECK_EQUAL(ann.probe->subscribed(), 1);
}

CAF_TEST(who joins an acknowledged channel is told when the link has proved itself) {
  subject.add(ann.entry);
  subject.on_acknowledged("a");
  subject.on_asked(); // too early for what comes now
  subject.add(bob.entry);
  subject.on_proven();
  CAF_CHECK_EQUAL(bob.probe->subscribed(), 0);
  CAF_CHECK(subject.wants_proof());
  subject.on_asked();
  CAF_CHECK(!subject.wants_proof());
  subject.on_proven();
  CAF_CHECK_EQUAL(bob.probe->subscribed(), 1);
  CAF_CHECK_EQUAL(ann.probe->subscribed(), 1);
}

CAF_TEST(messages gather until they are flushed) {
  subject.add(ann.entry);
  subject.add(bob.entry);
  subject.on_acknowledged("a");
  subject.on_message("a", "1");
  subject.on_message("a", "2");
  CAF_CHECK_EQUAL(ann.probe->batches(), 0);
  subject.flush();
  subject.flush();
  for (auto* probe : {ann.probe.get(), bob.probe.get()}) {
    CAF_CHECK_EQUAL(probe->messages(), (lines{"1", "2"}));
    CAF_CHECK_EQUAL(probe->batches(), 1);
  }
  CAF_CHECK_EQUAL(subject.received(), 2u);
}

CAF_TEST(messages of channels that are not acknowledged are dropped) {
  subject.on_message("a", "nobody");
  subject.add(ann.entry);
  subject.on_message("a", "early");
  subject.on_acknowledged("a");
  subject.remove(ann.entry);
  subject.on_message("a", "late");
  subject.add(ann.entry);
  subject.on_message("a", "of before");
  subject.flush();
  CAF_CHECK_EQUAL(ann.probe->messages(), lines{});
  CAF_CHECK_EQUAL(subject.received(), 0u);
}

CAF_TEST(who has left since a message came in does not get it) {
  subject.add(ann.entry);
  subject.add(bob.entry);
  subject.on_acknowledged("a");
  subject.on_message("a", "1");
  bob.entry->ended = true;
  subject.flush();
  CAF_CHECK_EQUAL(ann.probe->messages(), lines{"1"});
  CAF_CHECK_EQUAL(bob.probe->messages(), lines{});
}

CAF_TEST(messages that were not flushed go with the last listener) {
  subject.add(ann.entry);
  subject.on_acknowledged("a");
  subject.on_message("a", "1");
  CAF_CHECK(subject.remove(ann.entry));
  subject.add(bob.entry);
  subject.on_acknowledged("a");
  subject.on_message("a", "2");
  subject.flush();
  CAF_CHECK_EQUAL(ann.probe->messages(), lines{});
  CAF_CHECK_EQUAL(bob.probe->messages(), lines{"2"});
  CAF_CHECK_EQUAL(bob.probe->batches(), 1);
}

CAF_TEST(a repaired loss is told as a gap) {
  subject.add(ann.entry);
  subject.on_acknowledged("a");
  subject.on_lost(gap_clock::steady{90s});
  subject.add(bob.entry);
  CAF_CHECK_EQUAL(ann.probe->gaps().size(), 0u);
  subject.on_acknowledged("a");
  CAF_CHECK(ann.probe->gaps() == (std::vector<subscriber_log::gap>{{unix_time{90s}, now}}));
  CAF_CHECK_EQUAL(ann.probe->subscribed(), 1);
  CAF_CHECK_EQUAL(bob.probe->subscribed(), 1);
  CAF_CHECK_EQUAL(bob.probe->gaps().size(), 0u);
}

CAF_TEST(losses in a row make one gap from the first on) {
  subject.add(ann.entry);
  subject.on_acknowledged("a");
  subject.on_lost(gap_clock::steady{90s});
  subject.on_lost(gap_clock::steady{95s});
  subject.on_acknowledged("a");
  CAF_CHECK(ann.probe->gaps() == (std::vector<subscriber_log::gap>{{unix_time{90s}, now}}));
}

CAF_TEST(a loss before the first acknowledgement is no gap) {
  subject.add(ann.entry);
  subject.on_lost(gap_clock::steady{90s});
  subject.on_acknowledged("a");
  CAF_CHECK_EQUAL(ann.probe->gaps().size(), 0u);
  CAF_CHECK_EQUAL(ann.probe->subscribed(), 1);
}

CAF_TEST(a refusal reaches all listeners once and is asked about again) {
  subject.add(ann.entry);
  subject.add(bob.entry);
  subject.on_refused("a", "NOPERM no");
  CAF_CHECK_EQUAL(ann.probe->refusals(), lines{"NOPERM no"});
  CAF_CHECK_EQUAL(bob.probe->refusals(), lines{"NOPERM no"});
  CAF_CHECK_EQUAL(subject.take_refused(), lines{"a"});
  CAF_CHECK_EQUAL(subject.take_refused(), lines{});
  subject.on_refused("a", "NOPERM no");
  CAF_CHECK_EQUAL(ann.probe->refusals().size(), 1u);
  CAF_CHECK(subject.add(cem.entry)); // asks at once
  CAF_CHECK_EQUAL(subject.take_refused(), lines{});
  subject.on_acknowledged("a");
  CAF_CHECK_EQUAL(ann.probe->subscribed(), 1);
  subject.on_refused("a", "NOPERM again");
  CAF_CHECK_EQUAL(ann.probe->refusals().size(), 2u);
}

CAF_TEST(nobody asks about a refused channel that nobody wants) {
  subject.add(ann.entry);
  subject.on_refused("a", "NOPERM no");
  CAF_CHECK(subject.remove(ann.entry));
  CAF_CHECK_EQUAL(subject.take_refused(), lines{});
  CAF_CHECK_EQUAL(ann.entry.use_count(), 1);
}

CAF_TEST(a proof is for those who asked before it) {
  int told = 0;
  auto tell = [&] { ++told; };
  subject.confirm("a", tell); // nobody listens
  CAF_CHECK(!subject.wants_proof());
  subject.add(ann.entry);
  subject.on_acknowledged("a");
  subject.confirm("a", tell);
  subject.on_asked();
  subject.confirm("a", tell);
  subject.on_proven();
  CAF_CHECK_EQUAL(told, 1);
  CAF_CHECK(subject.wants_proof());
  subject.on_asked();
  subject.on_lost(gap_clock::steady{90s});
  subject.on_proven();
  CAF_CHECK_EQUAL(told, 1);
  subject.confirm("a", tell);
  subject.on_acknowledged("a"); // which is as good
  CAF_CHECK_EQUAL(told, 3);
  subject.on_asked();
  subject.on_proven();
  CAF_CHECK_EQUAL(told, 3);
}

CAF_TEST(a listener that throws does no harm to others) {
  struct thrower final : subscriber {
    void on_subscribed() override {
      throw std::runtime_error{"oops"};
    }
    void on_messages(std::vector<shared_bytes>) override {
      throw 1;
    }
    void on_gap(unix_time, unix_time) override {
      // nop
    }
    void on_refused(const std::string&) override {
      // nop
    }
  };
  subject.add(std::make_shared<bus_listener>("a", std::make_shared<thrower>()));
  subject.add(ann.entry);
  subject.on_acknowledged("a");
  subject.on_message("a", "1");
  subject.flush();
  CAF_CHECK_EQUAL(ann.probe->messages(), lines{"1"});
}

CAF_TEST(a clear lets go of all listeners) {
  subject.add(ann.entry);
  subject.clear();
  CAF_CHECK_EQUAL(ann.entry.use_count(), 1);
}

CAF_TEST_FIXTURE_SCOPE_END()
