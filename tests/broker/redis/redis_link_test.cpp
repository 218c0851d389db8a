#define CAF_SUITE redis_link_test

#include "caf/test/unit_test.hpp"
#include "support/lane_bus.hpp"
#include "support/redis_fixture.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>

#include <atomic>
#include <future>
#include <sys/resource.h>
#include <sys/socket.h>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

using boost::asio::ip::tcp;

tcp::endpoint at(std::uint16_t port) {
  return {boost::asio::ip::address_v4::loopback(), port};
}

// A port of this machine on which nobody answers, in one of two ways.
class dead_end {
public:
  enum class kind {
    accepts,  // and says nothing
    swallows, // what would open a connection: its queue of those is full
  };

  explicit dead_end(kind how) : listener_(io_, at(0)) {
    if (how == kind::accepts)
      return;
    listener_.listen(0);
    for (int i = 0; i < 3; ++i) {
      fill_.emplace_back(io_, tcp::v4());
      fill_.back().non_blocking(true);
      auto where = listener_.local_endpoint();
      // Not by asio, which would wait for the answer.
      std::ignore = ::connect(fill_.back().native_handle(), where.data(),
                              static_cast<socklen_t>(where.size()));
    }
  }

  tcp::endpoint endpoint() const {
    return listener_.local_endpoint();
  }

private:
  boost::asio::io_context io_;
  tcp::acceptor listener_;
  std::vector<tcp::socket> fill_;
};

bus_settings by_name(const redis_server& server) {
  auto config = quick_config(server);
  config.address = parse_redis_address("redis://redis.example").address.value();
  return config;
}

// The answer comes when the bus and its thread are gone.
template <class Bus>
void stop_while_resolving() {
  auto begun = std::make_shared<std::atomic<int>>(0);
  auto ended = std::make_shared<std::atomic<int>>(0);
  std::promise<void> released;
  bus_settings config;
  config.address = parse_redis_address("redis://redis.example").address.value();
  config.resolve = [begun, ended, wait = released.get_future().share()](auto&, auto) {
    ++*begun;
    wait.wait();
    ++*ended;
    return name_lookup::outcome{{}, "gone"};
  };
  {
    Bus subject{config};
    CAF_CHECK(eventually([&] { return *begun == 2; }));
    subject.stop();
  }
  CAF_CHECK_EQUAL(ended->load(), 0);
  released.set_value();
  CAF_CHECK(eventually([&] { return *ended == 2; }));
}

} // namespace

CAF_TEST(an address that does not answer costs a moment) {
  with_redis([](redis_server& server) {
    auto real = at(server.open_port());
    for (auto how : {dead_end::kind::swallows, dead_end::kind::accepts}) {
      dead_end first{how};
      auto config = by_name(server);
      config.setup_timeout = 200ms;
      config.resolve = [=, dead = first.endpoint()](auto&, auto) {
        return name_lookup::outcome{{dead, real}, {}};
      };
      own_bus subject{config};
      CAF_CHECK(is_connected(subject));
      CAF_CHECK_EQUAL(publish_and_wait(subject, "room", "hi"), errc::none);
    }
  });
}

CAF_TEST(what was not sent over a lost link is never sent) {
  boost::asio::io_context io;
  tcp::acceptor listener{io, at(0)};
  auto config = bus_settings{};
  config.address = parse_redis_address("redis://redis.example").address.value();
  config.setup_timeout = 20ms;
  config.resolve = [there = listener.local_endpoint()](auto&, auto) {
    return name_lookup::outcome{{there}, {}};
  };
  own_bus subject{config};
  auto peer = listener.accept();
  std::string words;
  boost::system::error_code end;
  boost::asio::read(peer, boost::asio::dynamic_buffer(words), end);
  CAF_CHECK(end == boost::asio::error::connection_reset);
}

CAF_TEST(a replica is left for the master of the same name) {
  with_redis([](redis_server& master) {
    redis_server replica;
    replica.command({"REPLICAOF", "127.0.0.1", "1"});
    auto config = by_name(master);
    config.resolve
      = [found = name_lookup::outcome{{at(replica.open_port()), at(master.open_port())}, {}}](
          auto&, auto) { return found; };
    own_bus subject{config};
    CAF_CHECK(is_connected(subject));
    CAF_CHECK(master.ask({"CLIENT", "LIST"}).find("name=node.sub") != std::string::npos);
  });
}

CAF_TEST(a name that takes its time is waited for) {
  with_redis([](redis_server& server) {
    std::atomic<int> asked = 0;
    std::promise<void> released;
    log_probe log;
    auto config = by_name(server);
    config.resolve_timeout = 20ms;
    config.log = log.sink();
    config.resolve
      = [&asked, wait = released.get_future().share(), real = at(server.open_port())](auto&, auto) {
          ++asked;
          wait.wait();
          return name_lookup::outcome{{real}, {}};
        };
    own_bus subject{config};
    CAF_CHECK(eventually([&] { return log.has("not resolved in time"); }));
    CAF_CHECK(!subject.stats().connected);
    released.set_value();
    CAF_CHECK(is_connected(subject));
    // One thread for each of the two links, however often they have asked.
    CAF_CHECK_EQUAL(asked.load(), 2);
  });
}

CAF_TEST(nobody waits for a name that is never resolved) {
  stop_while_resolving<own_bus>();
  stop_while_resolving<lane_bus>();
}

CAF_TEST(a machine out of descriptors is said to be so and the links come back) {
  with_redis([](redis_server& server) {
    log_probe log;
    auto config = quick_config(server);
    config.log = log.sink();
    own_bus subject{config};
    CAF_REQUIRE(is_connected(subject));
    rlimit before{};
    CAF_REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    auto none = before;
    none.rlim_cur = 3;
    CAF_REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    server.kill();
    CAF_CHECK(eventually([&] { return log.has("Too many open files"); }));
    CAF_REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    CAF_CHECK(!log.has("canceled"));
    server.start();
    CAF_CHECK(is_connected(subject));
  });
}

CAF_TEST(a master that is demoted is left by all links) {
  with_redis([](redis_server& server) {
    for (auto read_only : {"yes", "no"}) {
      server.command({"CONFIG", "SET", "replica-read-only", read_only});
      auto config = quick_config(server);
      config.ping_idle = 20ms;
      config.write_key = "{test}:probe";
      own_bus subject{config};
      bus_member ann{subject, "room"};
      CAF_REQUIRE(ann.is_subscribed() && is_connected(subject));
      server.command({"REPLICAOF", "127.0.0.1", "1"});
      CAF_CHECK(eventually([&] {
        auto now = subject.stats();
        return !now.publishes && !now.subscribes
               && now.trouble.find("no master: slave") != std::string::npos;
      }));
      server.command({"REPLICAOF", "NO", "ONE"});
      CAF_CHECK(eventually([&] { return ann.probe->gaps().size() == 1; }));
      CAF_CHECK(is_connected(subject));
      CAF_CHECK_EQUAL(publish_and_wait(subject, "room", "hi"), errc::none);
      CAF_CHECK(ann.receives({"hi"}));
      CAF_CHECK(subject.stats().trouble.empty());
    }
  });
}

CAF_TEST(who may not ask for the role learns it from a write) {
  with_redis([](redis_server& server) {
    server.command({"ACL", "SETUSER", "default", "-role"});
    auto config = quick_config(server);
    config.ping_idle = 20ms;
    config.write_key = "{test}:probe";
    own_bus subject{config};
    bus_member ann{subject, "room"};
    CAF_REQUIRE(ann.is_subscribed() && is_connected(subject));
    server.command({"REPLICAOF", "127.0.0.1", "1"});
    CAF_CHECK(eventually([&] { return subject.stats().reconnects >= 2; }));
    server.command({"REPLICAOF", "NO", "ONE"});
    CAF_CHECK(is_connected(subject));
    CAF_CHECK(eventually([&] { return !ann.probe->gaps().empty(); }));
  });
}

CAF_TEST(a master that takes no writes for want of replicas is known) {
  with_redis([](redis_server& server) {
    auto config = quick_config(server);
    config.ping_idle = 20ms;
    config.write_key = "{test}:probe";
    own_bus subject{config};
    CAF_REQUIRE(is_connected(subject));
    server.command({"CONFIG", "SET", "min-replicas-to-write", "1"});
    CAF_CHECK(eventually([&] { return !subject.stats().takes_writes; }));
    CAF_CHECK(subject.stats().trouble.find("NOREPLICAS") != std::string::npos);
    CAF_CHECK(subject.stats().connected);
    server.command({"CONFIG", "SET", "min-replicas-to-write", "0"});
    CAF_CHECK(eventually([&] { return subject.stats().takes_writes; }));
  });
}

CAF_TEST(questions go out on a link that is never idle) {
  with_redis([](redis_server& server) {
    auto config = quick_config(server);
    config.ping_idle = 10ms;
    own_bus subject{config};
    CAF_REQUIRE(is_connected(subject));
    server.command({"CONFIG", "RESETSTAT"});
    auto churn = [&] {
      for (int i = 0; i < 200; ++i)
        bus_member{subject, "room" + std::to_string(i)};
      auto stats = server.ask({"INFO", "commandstats"});
      return stats.find("cmdstat_ping:calls=3") != stats.npos;
    };
    CAF_CHECK(eventually(churn));
  });
}

CAF_TEST(a server that stopped answering confirms nothing) {
  with_redis([](redis_server& server) {
    own_bus subject{quick_config(server)};
    bus_member ann{subject, "room"};
    CAF_REQUIRE(ann.is_subscribed());
    std::atomic<int> carried = 0;
    auto count = [&] { ++carried; };
    subject.confirm("room", count);
    CAF_CHECK(eventually([&] { return carried == 1; }));
    server.freeze();
    subject.confirm("room", count);
    bus_member bob{subject, "room"};
    std::promise<void> looked;
    subject.ping([&] { looked.set_value(); });
    looked.get_future().wait();
    CAF_CHECK_EQUAL(carried.load(), 1);
    CAF_CHECK_EQUAL(bob.probe->subscribed(), 0);
    server.thaw();
    CAF_CHECK(eventually([&] { return carried == 2; }));
    CAF_CHECK(bob.is_subscribed());
    subject.stop();
  });
}

CAF_TEST(a gap covers messages from before the clock was set) {
  with_redis([](redis_server& server) {
    std::atomic<std::chrono::seconds> step = 0s;
    auto config = quick_config(server);
    config.clock = [&] {
      auto x = gap_clock::machine();
      x.wall += step.load();
      return x;
    };
    own_bus subject{config};
    bus_member ann{subject, "room"};
    CAF_REQUIRE(ann.is_subscribed() && is_connected(subject));
    auto before = config.clock().wall;
    step = -3600s;
    server.command({"CLIENT", "KILL", "TYPE", "pubsub"});
    CAF_REQUIRE(eventually([&] { return !ann.probe->gaps().empty(); }));
    auto [from, to] = ann.probe->gaps().front();
    CAF_CHECK(from <= before - 3600s && to >= before);
    subject.stop();
  });
}
