#define CAF_SUITE user_limit_test

#include "atrium/actors/cluster/eviction.hpp"
#include "atrium/actors/util/delivery_counters.hpp"
#include "atrium/actors/util/user_counters.hpp"
#include "atrium/broker/memory/memory_connection_limiter.hpp"

#include "support/actor_fixture.hpp"

using namespace atrium;
using namespace atrium::test;

namespace {

// A limiter that answers when the test says so.
class slow_limiter final : public connection_limiter {
public:
  void enter(const std::string&, newcomer, answer done) override {
    waiting.push_back(std::move(done));
  }
  void leave(const std::string& user, std::uint64_t) override {
    left.push_back(user);
  }
  void stop(std::chrono::milliseconds) override {
    // nop
  }
  limiter_stats stats() const override {
    return {};
  }

  std::vector<answer> waiting;
  lines left;
};

// Passes on what comes over a channel.
class ear final : public subscriber {
public:
  explicit ear(std::function<void(const std::string&)> hear) : hear_(std::move(hear)) {
    // nop
  }
  void on_subscribed() override {
    // nop
  }
  void on_messages(std::vector<shared_bytes> batch) override {
    for (auto& x : batch)
      hear_(*x);
  }
  void on_gap(unix_time, unix_time) override {
    // nop
  }
  void on_refused(const std::string&) override {
    // nop
  }

private:
  std::function<void(const std::string&)> hear_;
};

struct fixture : node_fixture {
  ~fixture() override {
    for (auto& x : clients)
      disconnect(x);
  }

  void limit(std::size_t most, surplus_policy policy) {
    env->limiter = std::make_shared<memory_connection_limiter>(limiter_config{
      env->run_id, most, policy, [this](const std::string& id) { evict(*env, id); }});
    listening = wire->subscribe(env->names.node(env->run_id), make_eviction_listener(env));
  }

  bus::subscription listening;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(user_limit_tests, fixture)

CAF_TEST(one connection too many is closed before its welcome) {
  limit(2, surplus_policy::reject);
  auto phone = connect("ann", 0);
  auto laptop = connect("ann", 1);
  auto tablet = connect("ann", 0);
  CAF_CHECK_EQUAL(phone.out->take(), lines{"welcome ann"});
  CAF_CHECK_EQUAL(laptop.out->take(), lines{"welcome ann"});
  CAF_CHECK_EQUAL(tablet.out->take(), lines{"close 4004"});
  CAF_CHECK_EQUAL(connect("bob").out->take(), lines{"welcome bob"});
  CAF_CHECK_EQUAL(env->user_counts->users_refused.load(), 1U);
  disconnect(tablet);
  disconnect(phone);
  CAF_CHECK_EQUAL(connect("ann").out->take(), lines{"welcome ann"});
}

CAF_TEST(the oldest connection is closed on whichever lane it is) {
  limit(1, surplus_policy::kick_oldest);
  auto phone = connect("ann", 1);
  phone.out->take();
  auto laptop = connect("ann", 0);
  CAF_CHECK_EQUAL(phone.out->take(), lines{"close 4004"});
  CAF_CHECK_EQUAL(laptop.out->take(), lines{"welcome ann"});
}

CAF_TEST(a welcome waits for the limiter) {
  auto slow = std::make_shared<slow_limiter>();
  env->limiter = slow;
  auto ann = connect("ann");
  CAF_CHECK(ann.out->take().empty());
  slow->waiting.front()({true});
  sched.run();
  CAF_CHECK_EQUAL(ann.out->take(), lines{"welcome ann"});
}

CAF_TEST(an answer that comes too late finds nobody) {
  auto slow = std::make_shared<slow_limiter>();
  env->limiter = slow;
  auto ann = connect("ann");
  disconnect(ann);
  CAF_CHECK_EQUAL(slow->left, lines{"ann"});
  slow->waiting.front()({});
  sched.run();
  CAF_CHECK(ann.out->take().empty());
}

CAF_TEST(a user actor that dies gives the places back) {
  auto slow = std::make_shared<slow_limiter>();
  env->limiter = slow;
  auto ann = connect("ann");
  slow->waiting.front()({true});
  sched.run();
  CAF_CHECK(slow->left.empty());
  caf::anon_send(root, stop_atom{});
  sched.run();
  CAF_CHECK_EQUAL(slow->left, lines{"ann"});
}

CAF_TEST(words that no node understands are counted) {
  limit(1, surplus_policy::reject);
  auto channel = env->names.node(env->run_id);
  auto ann = connect("ann");
  ann.out->take();
  wire->publish(channel, std::make_shared<const std::string>("dance:run-1"),
                [](const publish_receipt&) {});
  wire->publish(channel, std::make_shared<const std::string>("evict:other-1"),
                [](const publish_receipt&) {});
  wire->publish(channel, std::make_shared<const std::string>("evict:run-99999999"),
                [](const publish_receipt&) {});
  sched.run();
  for (auto* word : {"evict:run-1:other-1", "probe:run-1", "alive:run-1:", "evict:", "evict"})
    wire->publish(channel, std::make_shared<const std::string>(word),
                  [](const publish_receipt&) {});
  sched.run();
  CAF_CHECK_EQUAL(env->delivery_counts->unknown_versions.load(), 1U);
  CAF_CHECK_EQUAL(env->delivery_counts->malformed_packets.load(), 6U);
  CAF_CHECK(ann.out->take().empty());
}

CAF_TEST(the place of a client that does not answer is free) {
  for (auto policy : {surplus_policy::reject, surplus_policy::kick_oldest}) {
    limit(3, policy);
    auto user = policy == surplus_policy::reject ? "ann" : "bob";
    auto phone = connect(user, 0);
    auto lost = connect(user, 1);
    auto forgotten = connect(user, 0);
    lost.out->silent = forgotten.out->silent = true;
    for (auto* x : {&phone, &lost, &forgotten})
      CAF_CHECK_EQUAL(x->out->take().size(), 1U);
    auto laptop = connect(user, 1);
    CAF_CHECK(laptop.out->take().empty());
    sched.advance_time(env->limits.probe_timeout);
    sched.run();
    CAF_CHECK_EQUAL(laptop.out->take(), lines{std::string{"welcome "} + user});
    CAF_CHECK_EQUAL(lost.out->take().size() + forgotten.out->take().size(), 1U);
    CAF_CHECK(phone.out->take().empty());
  }
}

CAF_TEST(a connection that is gone by the time somebody asks is no rival) {
  limit(2, surplus_policy::reject);
  connect("ann", 0);
  auto phone = connect("ann", 1);
  phone.out->silent = true;
  auto laptop = connect("ann", 0);
  CAF_CHECK(laptop.out->take().empty());
  phone.out->questions.front()->answer(false); // as its socket does when it ends
  disconnect(phone);
  sched.run();
  CAF_CHECK_EQUAL(laptop.out->take(), lines{"welcome ann"});
}

CAF_TEST(nodes ask each other) {
  limit(1, surplus_policy::reject);
  lines words;
  auto elsewhere = wire->subscribe(env->names.node("other"),
                                   std::make_shared<ear>([&](auto& x) { words.push_back(x); }));
  auto say = [&](const std::string& word) {
    wire->publish(env->names.node(env->run_id), std::make_shared<const std::string>(word),
                  [](const publish_receipt&) {});
    sched.run();
  };
  auto ann = connect("ann");
  auto id = ann.out->connection;
  ann.out->take();
  say("probe:" + id + ":other-7");
  CAF_CHECK_EQUAL(std::exchange(words, {}), lines{"alive:other-7:" + id});
  ann.out->silent = true;
  say("probe:" + id + ":other-7");
  CAF_CHECK(words.empty());
  sched.advance_time(env->limits.probe_timeout);
  sched.run();
  CAF_CHECK_EQUAL(std::exchange(words, {}), lines{"silent:other-7:" + id});
  say("probe:run-99999:other-7");
  CAF_CHECK_EQUAL(std::exchange(words, {}), lines{"silent:other-7:run-99999"});
  CAF_CHECK(ann.out->take().empty());
}

CAF_TEST(who waits for another node in vain may come again later) {
  auto slow = std::make_shared<slow_limiter>();
  env->limiter = slow;
  auto ann = connect("ann");
  slow->waiting.at(0)({false, {"other-1"}});
  sched.run();
  CAF_CHECK(ann.out->take().empty());
  sched.advance_time(env->limits.probe_timeout * 5 / 4);
  sched.run();
  slow->waiting.at(1)({});
  sched.run();
  CAF_CHECK_EQUAL(ann.out->take(), lines{"close 4004"});
  CAF_CHECK(ann.out->hint == env->limits.user_lease);
}

CAF_TEST_FIXTURE_SCOPE_END()
