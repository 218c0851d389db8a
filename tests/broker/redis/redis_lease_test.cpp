#define CAF_SUITE redis_lease_test

#include "atrium/broker/presence_packet.hpp"
#include "atrium/broker/redis/leased_room.hpp"
#include "atrium/broker/redis/redis_lease.hpp"
#include "atrium/broker/redis/scripts.hpp"

#include "caf/test/unit_test.hpp"
#include "support/lease_node.hpp"

#include <algorithm>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

constexpr auto leases = "{dev:atrium:nodes}:leases";
constexpr auto claims = "{dev:atrium:nodes}:claims";

constexpr auto room = "a \"room\"/1";

const channel_names names{"dev:atrium"};

std::string in(std::chrono::milliseconds time) {
  using namespace std::chrono;
  auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch());
  return std::to_string((now + time).count());
}

// Puts somebody into a room under a lease, as presence does.
void enter(const redis_server& server, const std::string& lease_id, const leased_room& where,
           const std::string& user) {
  auto channel = names.room(where.name);
  server.command({"SADD", leased_rooms_key(names, lease_id), write_leased_room(where)});
  server.command({"HSET", channel + ":presence", lease_id + '/' + user, "1 1000 "});
  server.command({"HINCRBY", channel + ":users", user, "1"});
}

void add_dead(const redis_server& server, const std::string& lease_id) {
  server.command({"ZADD", leases, in(-1s), lease_id});
}

bool has_lease(const redis_server& server, const std::string& lease_id) {
  return server.ask({"ZSCORE", leases, lease_id}) != "0"; // nil
}

bool has_dead(lease_node& x, const lines& runs) {
  return eventually([&] { return *x.lease().dead_runs() == runs; });
}

// What a room hears, as `<event> <user> <present>`.
class room_ear {
public:
  explicit room_ear(const redis_server& server)
    : bus_(quick_config(server)), subscription_(bus_.subscribe(names.room(room), log_)) {
    eventually([this] { return log_->subscribed() == 1; });
  }

  ~room_ear() {
    bus_.stop();
  }

  lines heard() const {
    lines result;
    for (auto& packet : log_->messages()) {
      auto x = decode_presence(packet);
      auto same = x ? encode_presence(room, x->change) : "";
      CAF_CHECK_EQUAL(same, packet);
      auto event = x->change.what == presence_change::kind::count ? "count" : "leave";
      result.push_back(event + (' ' + x->change.user) + ' ' + std::to_string(x->change.present));
    }
    std::ranges::sort(result);
    return result;
  }

private:
  own_bus bus_;
  std::shared_ptr<subscriber_log> log_ = std::make_shared<subscriber_log>();
  bus::subscription subscription_;
};

bool is_empty(const redis_server& server) {
  return eventually([&] { return server.command({"KEYS", "*"}) == lines{"0"}; });
}

} // namespace

CAF_TEST(a node has a lease until it stops) {
  with_redis([](redis_server& server) {
    lease_node a{server, "a"};
    CAF_CHECK(a.hears({"a.1"}));
    auto first = server.ask({"ZSCORE", leases, "a.1"});
    CAF_CHECK(eventually([&] { return server.ask({"ZSCORE", leases, "a.1"}) > first; }));
    a.stop();
    CAF_CHECK(a.doubts({"a.1"}));
    CAF_CHECK(is_empty(server));
  });
}

CAF_TEST(exactly one of three nodes gets a dead lease) {
  with_redis([](redis_server& server) {
    lease_node a{server, "a"};
    lease_node b{server, "b"};
    lease_node c{server, "c"};
    CAF_CHECK(a.hears({"a.1"}) && b.hears({"b.1"}) && c.hears({"c.1"}));
    room_ear ear{server};
    for (int i = 0; i < 30; ++i)
      enter(server, "d.1", {room}, "user" + std::to_string(i));
    enter(server, "a.1", {room}, "user7");
    add_dead(server, "d.1");
    auto sum = [&](auto counter) {
      return a.lease().stats().*counter + b.lease().stats().*counter + c.lease().stats().*counter;
    };
    CAF_CHECK(eventually([&] { return sum(&lease_stats::reaped) == 30; }));
    CAF_CHECK(eventually([&] { return !has_lease(server, "d.1"); }));
    CAF_CHECK_EQUAL(sum(&lease_stats::claimed), 1U);
    CAF_CHECK_EQUAL(sum(&lease_stats::lost), 0U);
    // Of 30 users 29 are gone; one is here on another node, too.
    CAF_CHECK(eventually([&] { return ear.heard().size() == 29; }));
    auto heard = ear.heard();
    CAF_CHECK(std::ranges::none_of(heard, [](auto& x) { return x.starts_with("leave user7 "); }));
    CAF_CHECK_EQUAL(server.command({"HKEYS", names.room(room) + ":presence"}),
                    (lines{"1", "a.1/user7"}));
    // It is told for a while.
    CAF_CHECK(has_dead(a, {"d"}) && has_dead(b, {"d"}) && has_dead(c, {"d"}));
    CAF_CHECK(has_dead(a, {}));
  });
}

CAF_TEST(the claim of a node that dies passes on) {
  with_redis([](redis_server& server) {
    lease_node a{server, "a"};
    CAF_CHECK(a.hears({"a.1"}));
    enter(server, "d.1", {room}, "a/nn");
    server.command({"HSET", claims, "d.1", "claimer.1 " + in(1h)});
    add_dead(server, "d.1");
    auto end = server.ask({"ZSCORE", leases, "a.1"});
    for (int i = 0; i < 3; ++i) {
      CAF_CHECK(eventually([&] { return server.ask({"ZSCORE", leases, "a.1"}) != end; }));
      end = server.ask({"ZSCORE", leases, "a.1"});
    }
    CAF_CHECK_EQUAL(a.lease().stats().claimed, 0U);
    server.command({"HSET", claims, "d.1", "claimer.1 " + in(-1ms)});
    CAF_CHECK(eventually([&] { return a.lease().stats().reaped == 1; }));
    a.stop();
    CAF_CHECK(is_empty(server));
  });
}

CAF_TEST(a node that was paused gets a new lease and its entries go once) {
  with_redis([](redis_server& server) {
    lease_node a{server, "a", 1'200ms, 1h};
    lease_node b{server, "b", 1'200ms, 1h};
    CAF_CHECK(a.hears({"a.1"}) && b.hears({"b.1"}));
    room_ear ear{server};
    enter(server, "a.1", {room}, "a/nn");
    enter(server, "a.1", {room}, "bob");
    enter(server, "b.1", {room}, "bob");
    a.pause();
    CAF_CHECK(eventually([&] { return b.lease().stats().reaped == 2; }));
    CAF_CHECK(has_dead(b, {"a"}));
    a.resume();
    CAF_CHECK(a.hears({"a.1", "a.2"}));
    CAF_CHECK_EQUAL(a.lease().stats().lost, 1U);
    CAF_CHECK(has_dead(b, {}));
    CAF_CHECK_EQUAL(ear.heard(), lines{"leave a/nn 1"});
    CAF_CHECK_EQUAL(b.lease().stats().lost, 0U);
  });
}

CAF_TEST(a lease that somebody has claimed is lost) {
  with_redis([](redis_server& server) {
    lease_node a{server, "a"};
    CAF_CHECK(a.hears({"a.1"}));
    server.command({"HSET", claims, "a.1", "b.1 " + in(1h)});
    CAF_CHECK(a.hears({"a.1", "a.2"}));
  });
}

CAF_TEST(a lease is not given up while a room is there) {
  with_redis([](redis_server& server) {
    enter(server, "d.1", {room}, "ann");
    add_dead(server, "d.1");
    server.command({"HSET", claims, "d.1", "a.1 " + in(1h)});
    auto tell_emptied = [&] {
      const std::string nodes = names.nodes();
      return server.command({"EVAL", lease_script, "6", leases, claims, nodes + ":dead",
                             nodes + ":seen", leased_rooms_key(names, "a.1"),
                             leased_rooms_key(names, "d.1"), "", "a.1", "1000", "1000", "8", "",
                             "d.1"});
    };
    tell_emptied();
    CAF_CHECK(has_lease(server, "d.1"));
    server.command({"DEL", leased_rooms_key(names, "d.1")});
    tell_emptied();
    CAF_CHECK(!has_lease(server, "d.1"));
  });
}

CAF_TEST(what a node writes under a lease that was reaped goes once more) {
  with_redis([](redis_server& server) {
    lease_node a{server, "a"};
    lease_node b{server, "b"};
    CAF_CHECK(a.hears({"a.1"}) && b.hears({"b.1"}));
    a.pause();
    CAF_CHECK(eventually([&] { return !has_lease(server, "a.1"); }));
    enter(server, "a.1", {room}, "a/nn");
    a.resume();
    CAF_CHECK(a.hears({"a.1", "a.2"}));
    CAF_CHECK(eventually([&] { return a.lease().stats().reaped + b.lease().stats().reaped == 1; }));
    a.stop();
    b.stop();
    CAF_CHECK(is_empty(server));
  });
}

CAF_TEST(a node that stops leaves its entries for the time of grace) {
  with_redis([](redis_server& server) {
    lease_node a{server, "a", 1h};
    lease_node b{server, "b"};
    CAF_CHECK(a.hears({"a.1"}) && b.hears({"b.1"}));
    room_ear ear{server};
    enter(server, "a.1", {room, presence_mode::count}, "a/nn");
    a.stop();
    CAF_CHECK(eventually([&] { return ear.heard() == lines{"count  0"}; }));
    // Whoever stops before that leaves it to others, of whom there are none.
    CAF_CHECK(eventually([&] { return server.ask({"ZCARD", leases}) == "1"; }));
    b.stop();
    CAF_CHECK(is_empty(server));
  });
}

CAF_TEST(many dead nodes are all cleaned up) {
  with_redis([](redis_server& server) {
    lease_node a{server, "a"};
    CAF_CHECK(a.hears({"a.1"}));
    server.command({"SADD", leased_rooms_key(names, "d0.1"), "of another version"});
    for (int i = 0; i < 150; ++i) {
      auto id = "d" + std::to_string(i) + ".1";
      enter(server, id, {room}, "a/nn");
      add_dead(server, id);
    }
    CAF_CHECK(eventually([&] { return a.lease().stats().reaped == 150; }));
    a.stop();
    CAF_CHECK(is_empty(server));
  });
}

CAF_TEST(nodes may have leases of different lengths) {
  with_redis([](redis_server& server) {
    lease_node slow{server, "slow", 1h};
    CAF_CHECK(slow.hears({"slow.1"}));
    lease_node fast{server, "fast"};
    add_dead(server, "d.1");
    CAF_CHECK(eventually([&] { return fast.lease().stats().claimed == 1; }));
    slow.stop();
    fast.stop();
    CAF_CHECK_EQUAL(slow.lease().stats().lost + fast.lease().stats().lost, 0U);
    CAF_CHECK(is_empty(server));
  });
}

CAF_TEST(the rights that operators are told of suffice) {
  with_redis([](redis_server& server) {
    enter(server, "d.1", {room}, "a/nn");
    add_dead(server, "d.1");
    // As in broker/redis/README.md.
    server.command({"ACL",
                    "SETUSER",
                    "default",
                    "resetchannels",
                    "&{dev:*",
                    "resetkeys",
                    "~{dev:atrium:*",
                    "-@all",
                    "+publish",
                    "+ping",
                    "+role",
                    "+select",
                    "+info",
                    "+client|setname",
                    "+script|load",
                    "+evalsha",
                    "+time",
                    "+hset",
                    "+hdel",
                    "+pexpire",
                    "+zadd",
                    "+zrem",
                    "+zrange",
                    "+get",
                    "+set",
                    "+del",
                    "+exists",
                    "+hget",
                    "+zscore",
                    "+zremrangebyscore",
                    "+sscan",
                    "+srem",
                    "+hscan",
                    "+hincrby",
                    "+hlen"});
    lease_node a{server, "a"};
    CAF_CHECK(eventually([&] { return a.lease().stats().reaped == 1; }));
    CAF_CHECK_EQUAL(a.lease().stats().refused, 0U);
  });
}
