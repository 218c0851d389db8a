#define CAF_SUITE redis_bus_test

#include "caf/test/unit_test.hpp"
#include "support/lane_bus.hpp"
#include "support/redis_fixture.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

unix_time now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

bool has_gap(const bus_member& who) {
  return eventually([&] { return !who.probe->gaps().empty(); });
}

// Waits until the server holds a publish back; see CLIENT PAUSE.
bool holds_publish(const redis_server& server) {
  return eventually([&] {
    auto clients = server.ask({"CLIENT", "LIST"});
    return clients.find("flags=b") != clients.npos && clients.find("cmd=publish") != clients.npos;
  });
}

// Writes down what it is told and whether that was on the thread of this context.
class thread_probe final : public subscriber {
public:
  explicit thread_probe(boost::asio::io_context& io) : io_(io) {
    // nop
  }

  void on_subscribed() override {
    note("subscribed");
  }
  void on_messages(std::vector<shared_bytes> batch) override {
    for (auto& x : batch)
      note(*x);
  }
  void on_gap(unix_time, unix_time) override {
    note("gap");
  }
  void on_refused(const std::string& reason) override {
    note(reason);
  }

  void note(std::string what) {
    auto here = io_.get_executor().running_in_this_thread();
    std::lock_guard guard{mutex_};
    seen_.push_back(here ? std::move(what) : what + " elsewhere");
  }

  /// Waits for so many and returns them.
  lines first(std::size_t count) {
    auto seen = [&] {
      std::lock_guard guard{mutex_};
      return seen_;
    };
    CAF_CHECK(eventually([&] { return seen().size() >= count; }));
    return seen();
  }

private:
  boost::asio::io_context& io_;
  std::mutex mutex_;
  lines seen_;
};

} // namespace

CAF_TEST(the links carry the name of the node) {
  with_redis([](redis_server& server) {
    own_bus subject{quick_config(server)};
    CAF_REQUIRE(is_connected(subject));
    auto clients = server.ask({"CLIENT", "LIST"});
    CAF_CHECK(clients.find("name=node.cmd") != clients.npos);
    CAF_CHECK(clients.find("name=node.sub") != clients.npos);
  });
}

CAF_TEST(a server is reached over tcp by its name) {
  with_redis([](redis_server& server) {
    auto config = quick_config(server);
    auto port = std::to_string(server.open_port());
    config.address = parse_redis_address("redis://localhost:" + port + "/1").address.value();
    own_bus subject{config};
    bus_member ann{subject, "room"};
    CAF_REQUIRE(ann.is_subscribed());
    CAF_CHECK_EQUAL(publish_and_wait(subject, "room", "hi"), errc::none);
    CAF_CHECK(ann.receives({"hi"}));
    CAF_CHECK(server.ask({"CLIENT", "LIST"}).find("db=1") != std::string::npos);
    server.kill();
    CAF_CHECK(eventually([&] { return subject.stats().reconnects == 2; }));
  });
}

CAF_TEST(subscriptions are repaired and the gap is told) {
  with_redis([](redis_server& server) {
    own_bus subject{quick_config(server)};
    bus_member ann{subject, "room"};
    CAF_REQUIRE(ann.is_subscribed());
    auto before = now();
    server.command({"CLIENT", "KILL", "TYPE", "pubsub"});
    CAF_REQUIRE(has_gap(ann));
    auto [from, to] = ann.probe->gaps().front();
    CAF_CHECK(from <= before);
    CAF_CHECK(to >= before && to <= now());
    CAF_CHECK_EQUAL(publish_and_wait(subject, "room", "hi"), errc::none);
    CAF_CHECK(ann.receives({"hi"}));
    CAF_CHECK_EQUAL(ann.probe->subscribed(), 1);
    CAF_CHECK_EQUAL(subject.stats().reconnects, 1u);
  });
}

CAF_TEST(publishing is repaired without touching subscriptions) {
  with_redis([](redis_server& server) {
    own_bus subject{quick_config(server)};
    bus_member ann{subject, "room"};
    CAF_REQUIRE(ann.is_subscribed() && is_connected(subject));
    server.command({"CLIENT", "KILL", "TYPE", "normal"});
    CAF_REQUIRE(is_repaired(subject));
    CAF_CHECK_EQUAL(publish_and_wait(subject, "room", "hi"), errc::none);
    CAF_CHECK(ann.receives({"hi"}));
    CAF_CHECK(ann.probe->gaps().empty());
  });
}

CAF_TEST(a crash of the server is survived) {
  with_redis([](redis_server& server) {
    own_bus subject{quick_config(server)};
    bus_member ann{subject, "room"};
    CAF_REQUIRE(ann.is_subscribed() && is_connected(subject));
    server.kill();
    CAF_REQUIRE(eventually([&] { return subject.stats().reconnects == 2; }));
    bus_member late{subject, "room"};
    receipt_probe receipts;
    lines sent;
    for (int i = 0; i < 10; ++i) {
      sent.push_back(std::to_string(i));
      subject.publish("other", bytes(sent.back()), receipts.make());
    }
    CAF_CHECK_EQUAL(subject.stats().pending, 10u);
    server.start();
    CAF_CHECK(eventually([&] { return receipts.count(errc::none) == 10; }));
    CAF_CHECK(receipts.all_once());
    CAF_CHECK(has_gap(ann));
    CAF_CHECK(late.is_subscribed());
    CAF_CHECK_EQUAL(publish_and_wait(subject, "room", "hi"), errc::none);
    CAF_CHECK(ann.receives({"hi"}));
    CAF_CHECK(late.receives({"hi"}));
    CAF_CHECK(late.probe->gaps().empty());
  });
}

CAF_TEST(what waits for the server is delivered in order) {
  with_redis([](redis_server& server) {
    own_bus other{quick_config(server)};
    bus_member ann{other, "room"};
    CAF_REQUIRE(ann.is_subscribed());
    // The bus under test is locked out until its user exists.
    auto config = quick_config(server);
    config.address.user = "bob";
    config.address.password = "secret";
    own_bus subject{config};
    receipt_probe receipts;
    lines sent;
    for (int i = 0; i < 100; ++i) {
      sent.push_back(std::to_string(i));
      subject.publish("room", bytes(sent.back()), receipts.make());
    }
    server.command({"ACL", "SETUSER", "bob", "on", ">secret", "allchannels", "+@all"});
    CAF_CHECK(ann.receives(sent));
    CAF_CHECK(eventually([&] { return receipts.count(errc::none) == 100; }));
  });
}

CAF_TEST(what was in flight fails once and is not repeated) {
  with_redis([](redis_server& server) {
    own_bus subject{quick_config(server)};
    bus_member ann{subject, "room"};
    CAF_REQUIRE(ann.is_subscribed() && is_connected(subject));
    server.command({"CLIENT", "PAUSE", "60000", "WRITE"});
    receipt_probe receipts;
    for (auto text : {"1", "2", "3"})
      subject.publish("room", bytes(text), receipts.make());
    CAF_REQUIRE(holds_publish(server));
    server.command({"CLIENT", "KILL", "TYPE", "normal"});
    CAF_CHECK(eventually([&] { return receipts.all_once(); }));
    server.command({"CLIENT", "UNPAUSE"});
    CAF_REQUIRE(is_repaired(subject));
    CAF_CHECK_EQUAL(publish_and_wait(subject, "room", "last"), errc::none);
    CAF_CHECK(eventually([&] { return !ann.probe->messages().empty(); }));
    auto messages = ann.probe->messages();
    CAF_CHECK_EQUAL(messages.back(), "last");
    CAF_CHECK_EQUAL(messages.size(), receipts.count(errc::none) + 1);
    CAF_CHECK(receipts.count(errc::bus_unavailable) >= 1);
  });
}

CAF_TEST(receipts are told once whatever happens to the links) {
  with_redis([](redis_server& server) {
    own_bus subject{quick_config(server)};
    bus_member ann{subject, "room"};
    CAF_REQUIRE(ann.is_subscribed());
    receipt_probe receipts;
    for (int i = 0; i < 5'000; ++i) {
      subject.publish("room", bytes(std::to_string(i)), receipts.make());
      if (i % 1'000 == 500)
        server.command({"CLIENT", "KILL", "TYPE", "normal"});
      if (i % 1'000 == 900)
        server.command({"CLIENT", "KILL", "TYPE", "pubsub"});
    }
    CAF_CHECK(eventually([&] { return receipts.all_once(); }));
    CAF_CHECK_EQUAL(receipts.count(errc::none) + receipts.count(errc::bus_unavailable), 5'000u);
    std::vector<int> numbers;
    for (auto& text : ann.probe->messages())
      numbers.push_back(std::stoi(text));
    CAF_CHECK(std::adjacent_find(numbers.begin(), numbers.end(), std::greater_equal{})
              == numbers.end());
  });
}

CAF_TEST(many channels are subscribed again in few commands) {
  with_redis([](redis_server& server) {
    own_bus subject{quick_config(server)};
    std::vector<std::unique_ptr<bus_member>> members;
    for (int i = 0; i < 1'000; ++i)
      members.push_back(std::make_unique<bus_member>(subject, "room" + std::to_string(i)));
    for (auto& who : members)
      CAF_REQUIRE(who->is_subscribed());
    server.command({"CONFIG", "RESETSTAT"});
    server.command({"CLIENT", "KILL", "TYPE", "pubsub"});
    for (auto& who : members)
      CAF_REQUIRE(has_gap(*who));
    auto stats = server.ask({"INFO", "commandstats"});
    CAF_CHECK(stats.find("cmdstat_subscribe:calls=2,") != stats.npos);
    CAF_CHECK_EQUAL(server.ask({"PUBSUB", "CHANNELS"}), "1000");
  });
}

CAF_TEST(a silent server is left after a while) {
  with_redis([](redis_server& server) {
    auto config = quick_config(server);
    config.ping_idle = 50ms;
    config.ping_timeout = 200ms;
    config.connect_timeout = 200ms;
    own_bus subject{config};
    bus_member ann{subject, "room"};
    CAF_REQUIRE(ann.is_subscribed() && is_connected(subject));
    server.freeze();
    CAF_CHECK(eventually([&] { return subject.stats().reconnects == 2; }));
    server.thaw();
    CAF_REQUIRE(has_gap(ann) && is_connected(subject));
    CAF_CHECK_EQUAL(publish_and_wait(subject, "room", "hi"), errc::none);
    CAF_CHECK(ann.receives({"hi"}));
  });
}

CAF_TEST(an idle link is asked and kept) {
  with_redis([](redis_server& server) {
    auto config = quick_config(server);
    config.ping_idle = 10ms;
    own_bus subject{config};
    bus_member ann{subject, "room"};
    CAF_REQUIRE(ann.is_subscribed());
    server.command({"CONFIG", "RESETSTAT"});
    CAF_CHECK(eventually([&] {
      auto stats = server.ask({"INFO", "commandstats"});
      return stats.find("cmdstat_ping:calls=2") != stats.npos;
    }));
    CAF_CHECK_EQUAL(subject.stats().reconnects, 0u);
    CAF_CHECK_EQUAL(publish_and_wait(subject, "room", "hi"), errc::none);
    CAF_CHECK(ann.receives({"hi"}));
  });
}

// Actors of a lane are called by its bus: they need no lock, and nothing overtakes.
CAF_TEST(on a lane all is told on its thread and in its order) {
  with_redis([](redis_server& server) {
    auto config = quick_config(server);
    lane_redis lane{config};
    redis_bus subject{*lane.client, config};
    auto probe = std::make_shared<thread_probe>(lane.io);
    auto held = subject.subscribe("room", probe);
    CAF_CHECK_EQUAL(probe->first(1), lines{"subscribed"});
    auto publish = [&](const std::string& text) {
      run_on(lane.io, [&] {
        subject.publish("room", bytes(text), [probe](const auto&) { probe->note("receipt"); });
      });
    };
    publish("1");
    probe->first(3); // the receipt may come before the message
    server.command({"CLIENT", "KILL", "TYPE", "pubsub"});
    auto seen = probe->first(4);
    CAF_CHECK_EQUAL(seen.at(3), "gap");
    publish("2");
    seen = probe->first(6);
    std::erase(seen, "receipt");
    CAF_CHECK_EQUAL(seen, (lines{"subscribed", "1", "gap", "2"}));
  });
}
