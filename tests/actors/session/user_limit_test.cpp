#define CAF_SUITE user_limit_test

#include "atrium/actors/cluster/cluster.hpp"
#include "atrium/actors/util/delivery_counters.hpp"
#include "atrium/actors/util/user_counters.hpp"
#include "atrium/broker/memory/memory_connection_limiter.hpp"
#include "atrium/broker/memory/memory_node_registry.hpp"

#include "support/actor_fixture.hpp"
#include "support/subscriber_log.hpp"

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
  void change_rules(std::size_t, surplus_policy) override {
    // nop
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
class test_subscriber final : public subscriber {
public:
  explicit test_subscriber(std::function<void(const std::string&)> take) : take_(std::move(take)) {
    // nop
  }
  void on_subscribed() override {
    // nop
  }
  void on_messages(std::vector<shared_bytes> batch) override {
    for (auto& x : batch)
      take_(*x);
  }
  void on_gap(unix_time, unix_time) override {
    // nop
  }
  void on_refused(const std::string&) override {
    // nop
  }

private:
  std::function<void(const std::string&)> take_;
};

// What other nodes say, as the tests write it: `probe:<connection>:<requester>`.
std::string packet_of(std::string_view word) {
  std::vector<std::string> parts(1);
  for (auto c : word)
    if (c == ':')
      parts.emplace_back();
    else
      parts.back() += c;
  parts.resize(3);
  if (parts[0] == "disconnect")
    return encode({"other", disconnect_command{parts[1], close_code::too_many_connections}});
  if (parts[0] == "probe")
    return encode({"other", probe_request{parts[1], parts[2]}});
  if (parts[0] == "alive" || parts[0] == "silent")
    return encode({"other", probe_response{parts[2], parts[1], parts[0] == "alive"}});
  return R"({"v":1,"type":")" + parts[0] + R"(","run":"other"})";
}

// The other way round.
std::string word_of(std::string_view packet) {
  auto read = decode_control_packet(packet);
  auto* x = std::get_if<control_packet>(&read);
  CAF_REQUIRE(x != nullptr);
  if (auto* command = std::get_if<disconnect_command>(&x->what))
    return "disconnect:" + command->connection;
  if (auto* asked = std::get_if<probe_request>(&x->what))
    return "probe:" + asked->connection + ':' + asked->requester;
  auto& answer = std::get<probe_response>(x->what);
  return (answer.alive ? "alive:" : "silent:") + answer.requester + ':' + answer.connection;
}

struct fixture : node_fixture {
  ~fixture() override {
    for (auto& x : clients)
      disconnect(x);
    nodes.reset();
    settle();
  }

  void limit(std::size_t most, surplus_policy policy) {
    env->limiter = std::make_shared<memory_connection_limiter>(
      limiter_config{env->run_id, most, policy, [this](const std::string& id) {
                       env->control->disconnect(id, close_code::too_many_connections);
                     }});
    auto registry = std::make_shared<memory_node_registry>([] { return node_info{}; });
    nodes.reset();
    nodes.emplace(sys, nullptr, cluster_setup{env, registry, nullptr, nullptr});
    settle();
  }

  // Says something to this node as another one does.
  void say(const std::string& word) {
    wire->publish(env->names.node(env->run_id), bytes(packet_of(word)),
                  [](const publish_receipt&) {});
    settle();
  }

  std::optional<cluster> nodes;
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
  settle();
  CAF_CHECK_EQUAL(ann.out->take(), lines{"welcome ann"});
}

CAF_TEST(an answer that comes too late finds nobody) {
  auto slow = std::make_shared<slow_limiter>();
  env->limiter = slow;
  auto ann = connect("ann");
  disconnect(ann);
  CAF_CHECK_EQUAL(slow->left, lines{"ann"});
  slow->waiting.front()({});
  settle();
  CAF_CHECK(ann.out->take().empty());
}

CAF_TEST(a user actor that dies gives the places back) {
  auto slow = std::make_shared<slow_limiter>();
  env->limiter = slow;
  auto ann = connect("ann");
  slow->waiting.front()({true});
  settle();
  CAF_CHECK(slow->left.empty());
  caf::anon_send(root, stop_atom{});
  settle();
  CAF_CHECK_EQUAL(slow->left, lines{"ann"});
}

CAF_TEST(commands that no node understands are counted) {
  limit(1, surplus_policy::reject);
  auto ann = connect("ann");
  ann.out->take();
  for (auto* word : {"dance:run-1", "disconnect:other-1", "disconnect:run-99999999", "probe:run-1",
                     "probe:other-1:run-1", "alive:run-1:", "alive:other-1:run-1", "disconnect:"})
    say(word);
  CAF_CHECK_EQUAL(env->delivery_counts->unknown_versions.load(), 1U);
  CAF_CHECK_EQUAL(env->delivery_counts->malformed_packets.load(), 6U);
  CAF_CHECK(ann.out->take().empty());
}

CAF_TEST(a node closes the connection that another one names and says why) {
  limit(2, surplus_policy::reject);
  auto phone = connect("ann", 0);
  auto laptop = connect("ann", 1);
  phone.out->take();
  laptop.out->take();
  say("disconnect:" + laptop.out->connection);
  CAF_CHECK_EQUAL(laptop.out->take(), lines{"close 4004"});
  wire->publish(env->names.nodes(),
                bytes(encode({"other", disconnect_command{phone.out->connection}})),
                [](const publish_receipt&) {});
  settle();
  CAF_CHECK_EQUAL(phone.out->take(), lines{"close 4005"});
}

CAF_TEST(a command about a connection goes to its node alone) {
  lines words;
  auto listen = [&](const std::string& channel) {
    return wire->subscribe(
      channel, std::make_shared<test_subscriber>([&](auto& x) { words.push_back(word_of(x)); }));
  };
  auto all = listen(env->names.nodes());
  auto owner = listen(env->names.node("other"));
  auto third = listen(env->names.node("third"));
  env->control->disconnect("other-7", close_code::too_many_connections);
  CAF_CHECK_EQUAL(words, lines{"disconnect:other-7"});
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
    sched.advance_time(env->limits->probe_timeout);
    settle();
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
  settle();
  CAF_CHECK_EQUAL(laptop.out->take(), lines{"welcome ann"});
}

CAF_TEST(nodes ask each other) {
  limit(1, surplus_policy::reject);
  lines words;
  auto elsewhere = wire->subscribe(
    env->names.node("other"),
    std::make_shared<test_subscriber>([&](auto& x) { words.push_back(word_of(x)); }));
  auto ann = connect("ann");
  auto id = ann.out->connection;
  ann.out->take();
  say("probe:" + id + ":other-7");
  CAF_CHECK_EQUAL(std::exchange(words, {}), lines{"alive:other-7:" + id});
  ann.out->silent = true;
  say("probe:" + id + ":other-7");
  CAF_CHECK(words.empty());
  sched.advance_time(env->limits->probe_timeout);
  settle();
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
  settle();
  CAF_CHECK(ann.out->take().empty());
  sched.advance_time(env->limits->probe_timeout * 5 / 4);
  settle();
  slow->waiting.at(1)({});
  settle();
  CAF_CHECK_EQUAL(ann.out->take(), lines{"close 4004"});
  CAF_CHECK(ann.out->hint == env->limits->user_lease);
}

CAF_TEST_FIXTURE_SCOPE_END()
