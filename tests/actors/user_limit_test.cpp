#define CAF_SUITE user_limit_test

#include "atrium/actors/eviction.hpp"
#include "atrium/broker/memory_registry.hpp"

#include "fixture.hpp"

using namespace atrium;
using namespace atrium::test;

namespace {

// A registry that answers when the test says so.
class slow_registry final : public registry {
public:
  void enter(const std::string&, std::uint64_t, answer done) override {
    waiting.push_back(std::move(done));
  }
  void leave(const std::string& user, std::uint64_t) override {
    left.push_back(user);
  }
  void stop() override {
    // nop
  }
  registry_stats stats() const override {
    return {};
  }

  std::vector<answer> waiting;
  lines left;
};

struct fixture : node_fixture {
  ~fixture() override {
    for (auto& x : clients)
      disconnect(x);
  }

  void limit(std::size_t most, surplus_policy policy) {
    env->registry = std::make_shared<memory_registry>(
      registry_config{env->run_id, most, policy,
                      [this](const std::string& id) { evict(*env->bus, env->names, id); }});
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
  CAF_CHECK_EQUAL(env->counters->users_refused.load(), 1U);
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

CAF_TEST(a welcome waits for the registry) {
  auto slow = std::make_shared<slow_registry>();
  env->registry = slow;
  auto ann = connect("ann");
  CAF_CHECK(ann.out->take().empty());
  slow->waiting.front()(true);
  sched.run();
  CAF_CHECK_EQUAL(ann.out->take(), lines{"welcome ann"});
}

CAF_TEST(an answer that comes too late finds nobody) {
  auto slow = std::make_shared<slow_registry>();
  env->registry = slow;
  auto ann = connect("ann");
  disconnect(ann);
  CAF_CHECK_EQUAL(slow->left, lines{"ann"});
  slow->waiting.front()(false);
  sched.run();
  CAF_CHECK(ann.out->take().empty());
}

CAF_TEST(a user actor that dies gives the places back) {
  auto slow = std::make_shared<slow_registry>();
  env->registry = slow;
  auto ann = connect("ann");
  slow->waiting.front()(true);
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
  wire->publish(channel, std::make_shared<const std::string>("dance:run-1"), [](errc) {});
  wire->publish(channel, std::make_shared<const std::string>("evict:other-1"), [](errc) {});
  wire->publish(channel, std::make_shared<const std::string>("evict:run-99999999"), [](errc) {});
  sched.run();
  CAF_CHECK_EQUAL(env->counters->unknown_versions.load(), 1U);
  CAF_CHECK_EQUAL(env->counters->malformed_packets.load(), 1U);
  CAF_CHECK(ann.out->take().empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
