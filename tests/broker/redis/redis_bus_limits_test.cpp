#define CAF_SUITE redis_bus_limits_test

#include "caf/test/unit_test.hpp"
#include "support/redis_fixture.hpp"

#include <future>
#include <memory>
#include <string>
#include <vector>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

bus_settings nowhere() {
  bus_settings config;
  config.address.path = "/nonexistent/redis.sock";
  config.backoff_floor = 2ms;
  config.backoff_cap = 20ms;
  return config;
}

// Does nothing; tests override what they need.
struct idle_subscriber : subscriber {
  void on_subscribed() override {
    // nop
  }
  void on_messages(std::vector<shared_bytes>) override {
    // nop
  }
  void on_gap(unix_time, unix_time) override {
    // nop
  }
  void on_refused(const std::string&) override {
    // nop
  }
};

// Holds its own subscription, as actors do.
struct self_owner final : idle_subscriber {
  bus::subscription subscription;
};

// Holds up the thread of the bus when a message comes.
struct blocker final : idle_subscriber {
  void on_messages(std::vector<shared_bytes>) override {
    entered.set_value();
    released.get_future().wait();
  }

  std::promise<void> entered;
  std::promise<void> released;
};

} // namespace

CAF_TEST(a full queue refuses at once) {
  auto config = nowhere();
  config.max_pending = 3;
  own_bus subject{config};
  receipt_probe receipts;
  for (int i = 0; i < 5; ++i)
    subject.publish("room", bytes("x"), receipts.make());
  CAF_CHECK_EQUAL(receipts.count(errc::bus_unavailable), 2u);
  CAF_CHECK_EQUAL(subject.stats().pending, 3u);
  CAF_CHECK_EQUAL(subject.stats().rejected, 2u);
  subject.stop();
  CAF_CHECK_EQUAL(receipts.count(errc::bus_unavailable), 5u);
  CAF_CHECK(receipts.all_once());
  CAF_CHECK_EQUAL(subject.stats().failed, 3u);
}

CAF_TEST(a queue is full by bytes as well) {
  auto config = nowhere();
  config.max_pending_bytes = 100;
  own_bus subject{config};
  receipt_probe receipts;
  subject.publish("room", bytes(std::string(60, 'x')), receipts.make());
  subject.publish("room", bytes(std::string(60, 'x')), receipts.make());
  CAF_CHECK_EQUAL(receipts.count(errc::bus_unavailable), 1u);
  CAF_CHECK_EQUAL(subject.stats().pending_bytes, 60u);
}

CAF_TEST(what waits too long times out) {
  auto config = nowhere();
  config.publish_timeout = 20ms;
  own_bus subject{config};
  CAF_CHECK_EQUAL(publish_and_wait(subject, "room", "hi"), errc::timeout);
  CAF_CHECK_EQUAL(publish_and_wait(subject, "room", "ho"), errc::timeout);
  CAF_CHECK_EQUAL(subject.stats().pending, 0u);
}

CAF_TEST(a channel without permission is refused alone) {
  with_redis([](redis_server& server) {
    server.command({"ACL", "SETUSER", "ann", "on", ">secret", "resetchannels", "&ok*", "+@all"});
    auto config = quick_config(server);
    config.address.user = "ann";
    config.address.password = "secret";
    own_bus subject{config};
    bus_member first{subject, "ok1"};
    bus_member denied{subject, "secret"};
    bus_member second{subject, "ok2"};
    CAF_CHECK(first.is_subscribed() && second.is_subscribed());
    CAF_CHECK(eventually([&] { return denied.probe->refusals().size() == 1; }));
    CAF_CHECK(denied.probe->refusals()[0].starts_with("NOPERM"));
    CAF_CHECK_EQUAL(denied.probe->subscribed(), 0);
    CAF_CHECK(eventually([&] { return subject.stats().subscriptions == 2; }));
    CAF_CHECK_EQUAL(publish_and_wait(subject, "secret", "hi"), errc::bus_unavailable);
    CAF_CHECK_EQUAL(publish_and_wait(subject, "ok2", "hi"), errc::none);
    CAF_CHECK(second.receives({"hi"}));
    CAF_CHECK_EQUAL(subject.stats().reconnects, 0u);
  });
}

CAF_TEST(a refused channel works once it is allowed) {
  with_redis([](redis_server& server) {
    server.command({"ACL", "SETUSER", "default", "resetchannels"});
    own_bus subject{quick_config(server)};
    bus_member early{subject, "room"};
    CAF_CHECK(eventually([&] { return early.probe->refusals().size() == 1; }));
    server.command({"ACL", "SETUSER", "default", "allchannels"});
    bus_member late{subject, "room"};
    CAF_CHECK(late.is_subscribed());
    early.subscription = {};
    CAF_CHECK_EQUAL(publish_and_wait(subject, "room", "hi"), errc::none);
    CAF_CHECK(late.receives({"hi"}));
  });
}

CAF_TEST(a wrong password is logged without the password) {
  with_redis([](redis_server& server) {
    log_probe log;
    auto config = quick_config(server);
    config.address.password = "not-the-one";
    config.log = log.sink();
    server.command({"ACL", "SETUSER", "default", "resetpass", ">another"});
    own_bus subject{config};
    CAF_CHECK(eventually([&] { return log.has("WRONGPASS"); }));
    CAF_CHECK(!log.has("not-the-one"));
    CAF_CHECK(!subject.stats().connected);
  });
}

CAF_TEST(a server that is not ready is waited for) {
  with_redis([](redis_server& server) {
    log_probe log;
    auto config = quick_config(server);
    config.log = log.sink();
    server.command({"CONFIG", "SET", "replica-serve-stale-data", "no"});
    server.command({"REPLICAOF", "127.0.0.1", "1"});
    own_bus subject{config};
    CAF_CHECK(eventually([&] { return log.has("MASTERDOWN"); }));
    CAF_CHECK(!subject.stats().connected);
    server.command({"REPLICAOF", "NO", "ONE"});
    CAF_CHECK(is_connected(subject));
  });
}

CAF_TEST(the server holds exactly the channels that are wanted) {
  with_redis([](redis_server& server) {
    own_bus subject{quick_config(server)};
    bus_member kept{subject, "kept"};
    for (int i = 0; i < 200; ++i) {
      bus_member first{subject, "room" + std::to_string(i % 7)};
      bus_member second{subject, "room" + std::to_string(i % 5)};
    }
    CAF_CHECK(kept.is_subscribed());
    CAF_CHECK(eventually([&] {
      return server.command({"PUBSUB", "CHANNELS"}) == lines{"1", "kept"};
    }));
    CAF_CHECK(eventually([&] { return subject.stats().subscriptions == 1; }));
  });
}

CAF_TEST(nothing reaches a subscriber whose subscription has ended) {
  with_redis([](redis_server& server) {
    own_bus subject{quick_config(server)};
    auto first = std::make_shared<blocker>();
    auto held = subject.subscribe("room", first);
    bus_member second{subject, "room"};
    CAF_REQUIRE(second.is_subscribed());
    subject.publish("room", bytes("hi"), nullptr);
    first->entered.get_future().wait();
    second.subscription = {};
    first->released.set_value();
    subject.stop();
    CAF_CHECK(second.probe->messages().empty());
  });
}

CAF_TEST(a subscription may outlive the bus) {
  auto subject = std::make_unique<own_bus>(nowhere());
  bus_member ann{*subject, "room"};
  subject.reset();
  ann.subscription = {};
}

CAF_TEST(a subscriber that holds its subscription is released) {
  with_redis([](redis_server& server) {
    auto subject = std::make_unique<own_bus>(quick_config(server));
    auto who = std::make_shared<self_owner>();
    who->subscription = subject->subscribe("room", who);
    std::weak_ptr<self_owner> weak = who;
    who.reset();
    CAF_REQUIRE(is_connected(*subject));
    CAF_CHECK(!weak.expired());
    subject.reset();
    CAF_CHECK(weak.expired());
  });
}

CAF_TEST(a bus without a server stops at once) {
  for (int i = 0; i < 20; ++i) {
    receipt_probe receipts;
    own_bus subject{nowhere()};
    subject.publish("room", bytes("x"), receipts.make());
    bus_member ann{subject, "room"};
    subject.stop();
    CAF_CHECK(receipts.all_once());
  }
}
