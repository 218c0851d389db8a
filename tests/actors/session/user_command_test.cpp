#define CAF_SUITE user_command_test

#include "atrium/actors/cluster/cluster.hpp"
#include "atrium/actors/util/user_counters.hpp"
#include "atrium/broker/memory/memory_node_registry.hpp"

#include "support/actor_fixture.hpp"

using namespace atrium;
using namespace atrium::test;

namespace {

using act = user_command;

struct fixture : node_fixture {
  fixture() {
    auto registry = std::make_shared<memory_node_registry>([] { return node_info{}; });
    nodes.emplace(
      sys, nullptr,
      cluster_setup{env, registry, nullptr, nullptr, cluster_setup::usual_patience, root});
    settle();
  }

  ~fixture() override {
    for (auto& x : clients)
      disconnect(x);
    nodes.reset();
    settle();
  }

  /// Commands without letting anything happen.
  void send(user_command x) {
    env->control->command(std::move(x),
                          [this](const publish_receipt& y) { receipts.push_back(y.error); });
  }

  void command(user_command x) {
    send(std::move(x));
    settle();
  }

  void bring(const std::string& user, const std::string& room) {
    command({user, {}, {}, act::join{room}});
  }

  void take_out(const std::string& user, const std::string& room) {
    command({user, {}, {}, act::leave{room}});
  }

  /// Connects, and forgets what the client has heard.
  client come(const std::string& user, std::size_t lane = 0) {
    return come(identity{user, rights::everything()}, lane);
  }

  client come(identity who, std::size_t lane = 0) {
    auto result = connect(std::move(who), lane);
    result.out->take();
    return result;
  }

  std::uint64_t refused() const {
    return env->user_counts->commands_refused.load();
  }

  std::optional<cluster> nodes;
  std::vector<errc> receipts;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(user_command_tests, fixture)

CAF_TEST(all connections of a user join without a right and without an answer) {
  auto phone = come(identity{"ann", rights::nothing()}, 0);
  auto laptop = come(identity{"ann", rights::nothing()}, 1);
  auto bob = come("bob");
  bring("ann", "r");
  CAF_CHECK_EQUAL(receipts, std::vector<errc>{errc::none});
  for (auto* x : {&phone, &laptop}) {
    CAF_CHECK_EQUAL(x->out->take(), lines{"joined r"});
    CAF_CHECK_EQUAL(x->out->answered, 0U);
    CAF_CHECK(x->out->last_joined->id.empty());
  }
  CAF_CHECK(bob.out->take().empty());
  join(bob, "r");
  publish(bob, "r", "1");
  CAF_CHECK_EQUAL(phone.out->take().size(), 1U);
  CAF_CHECK_EQUAL(laptop.out->take().size(), 1U);
}

CAF_TEST(a membership that a back end gives is no right to publish) {
  auto ann = come(identity{"ann", rights::nothing()});
  bring("ann", "r");
  ann.out->take();
  publish(ann, "r", "1");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error forbidden"});
  leave(ann, "r");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"left r"});
}

CAF_TEST(a connection leaves without an answer and may be brought back) {
  auto ann = come("ann");
  join(ann, "r");
  CAF_CHECK_EQUAL(ann.out->answered, 1U);
  ann.out->take();
  take_out("ann", "r");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"left r"});
  CAF_CHECK_EQUAL(ann.out->answered, 1U);
  publish(ann, "r", "1");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error not_a_member"});
  bring("ann", "r");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"joined r"});
}

CAF_TEST(who is in the room or not in it already hears nothing) {
  auto ann = come("ann");
  take_out("ann", "r");
  CAF_CHECK(ann.out->take().empty());
  join(ann, "r");
  ann.out->take();
  bring("ann", "r");
  CAF_CHECK(ann.out->take().empty());
  CAF_CHECK_EQUAL(refused(), 0U);
}

CAF_TEST(commands for one user are done in their order) {
  auto ann = come("ann");
  for (int i = 0; i < 3; ++i) {
    send({"ann", {}, {}, act::join{"r"}});
    send({"ann", {}, {}, act::leave{"r"}});
  }
  send({"ann", {}, {}, act::join{"r"}});
  settle();
  CAF_CHECK_EQUAL(ann.out->take(), (lines{"joined r", "left r", "joined r", "left r", "joined r",
                                          "left r", "joined r"}));
}

CAF_TEST(a command waits for a join and a leave that are under way) {
  auto ann = come("ann");
  caf::anon_send(ann.actor, from_client{join_request{"1", "r"}});
  caf::anon_send(ann.actor, from_client{leave_request{"2", "r"}});
  caf::anon_send(ann.actor, command_connection{act::join{"r"}, {}});
  caf::anon_send(ann.actor, from_client{leave_request{"3", "r"}});
  caf::anon_send(ann.actor, command_connection{act::leave{"r"}, {}});
  settle();
  CAF_CHECK_EQUAL(ann.out->take(), (lines{"joined r", "left r", "joined r", "left r"}));
  CAF_CHECK_EQUAL(ann.out->answered, 3U);
}

CAF_TEST(a join of the client meets one of the back end) {
  auto ann = come("ann");
  caf::anon_send(ann.actor, command_connection{act::join{"r"}, {}});
  caf::anon_send(ann.actor, from_client{join_request{"1", "r"}});
  settle();
  CAF_CHECK_EQUAL(ann.out->take(), (lines{"error already_joined", "joined r"}));
}

CAF_TEST(a connection has only so many commands that wait) {
  auto ann = come("ann");
  wire->answers = false; // the join waits for the bus
  constexpr auto most = static_cast<int>(membership::max_deferred);
  for (int i = 0; i < most; ++i) {
    send({"ann", {}, {}, act::join{"r"}});
    send({"ann", {}, {}, act::leave{"r"}});
  }
  settle();
  CAF_CHECK_EQUAL(refused(), 2U * most - 1 - most);
  CAF_CHECK(ann.out->take().empty());
  wire->answers = true;
  wire->acknowledge();
  settle();
  CAF_CHECK_EQUAL(ann.out->take().size(), most + 1U);
}

CAF_TEST(a join that cannot be is counted and the client hears nothing) {
  env->limits.edit().rooms_per_connection = 1;
  env->limits.edit().members_per_room = 1;
  auto ann = come("ann");
  auto bob = come("bob");
  bring("ann", "r");
  bring("ann", "s");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"joined r"});
  CAF_CHECK_EQUAL(refused(), 1U);
  bring("bob", "r");
  CAF_CHECK(bob.out->take().empty());
  CAF_CHECK_EQUAL(bob.out->answered, 0U);
  CAF_CHECK_EQUAL(refused(), 2U);
  join(bob, "s"); // nothing is left of the attempt
  CAF_CHECK_EQUAL(bob.out->take(), lines{"joined s"});
}

CAF_TEST(one connection alone is meant or spared) {
  auto phone = come("ann", 0);
  auto laptop = come("ann", 1);
  command({"ann", laptop.out->connection, {}, act::join{"r"}});
  CAF_CHECK(phone.out->take().empty());
  CAF_CHECK_EQUAL(laptop.out->take(), lines{"joined r"});
  command({"ann", {}, {laptop.out->connection, "other-1"}, act::close{}});
  CAF_CHECK_EQUAL(phone.out->take(), lines{"close 4005"});
  CAF_CHECK(laptop.out->take().empty());
  command({"bob", laptop.out->connection, {}, act::close{}});
  CAF_CHECK(laptop.out->take().empty());
}

CAF_TEST(a connection is closed with any code of the back end) {
  auto ann = come("ann");
  command({"ann", {}, {}, act::close{static_cast<close_code>(4'711), "gone \u00fc"}});
  CAF_CHECK_EQUAL(ann.out->take(), lines{"close 4711"});
}

CAF_TEST(a connection gets another end and keeps its rights) {
  auto ann = come(identity{"ann", rights::nothing()});
  auto end = now + std::chrono::minutes{5};
  command({"ann", {}, {}, act::renew{end}});
  CAF_CHECK_EQUAL(ann.out->take(), lines{"refreshed "});
  CAF_CHECK_EQUAL(ann.out->answered, 0U);
  CAF_CHECK(ann.out->expires == end);
  join(ann, "r");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error forbidden"});
  command({"ann", {}, {}, act::renew{never, true}});
  CAF_CHECK_EQUAL(ann.out->take(), lines{"close 4001"});
}

CAF_TEST(a connection that is not welcome yet joins nothing) {
  wire->answers = false;
  auto ann = come("ann");
  bring("ann", "r");
  CAF_CHECK_EQUAL(refused(), 1U);
  command({"ann", {}, {}, act::renew{now}});
  CAF_CHECK(ann.out->take().empty());
  command({"ann", {}, {}, act::close{}});
  CAF_CHECK_EQUAL(ann.out->take(), lines{"close 4005"});
}

CAF_TEST(nobody is called for a user who is not there) {
  auto children = [this] {
    std::size_t result = 0;
    auto asked = self->request(root, caf::infinite, list_children{child_kind::user, {}, {}, 9});
    settle();
    asked.receive([&](atrium::children& x) { result = x.total; }, [](caf::error&) {});
    return result;
  };
  bring("ann", "r");
  CAF_CHECK_EQUAL(children(), 0U);
  CAF_CHECK_EQUAL(wire->count(room_channel("r")), 0U);
}

CAF_TEST(a command that is not in order goes nowhere) {
  auto ann = come("ann");
  command({"", {}, {}, act::join{"r"}});
  command({"ann", {}, {}, act::join{"\n"}});
  command({"ann", "a b", {}, act::leave{"r"}});
  command({"ann", {}, {}, act::close{static_cast<close_code>(1'006), {}}});
  command({"ann", {}, {}, act::close{close_code::disconnected, std::string(124, 'x')}});
  command({"ann", {}, {}, act::close{close_code::disconnected, "\xff"}});
  command({"ann", {}, lines(257, "x"), act::close{}});
  CAF_CHECK_EQUAL(receipts, std::vector<errc>(7, errc::bad_request));
  CAF_CHECK(ann.out->take().empty());
  wire->result.error = errc::bus_unavailable;
  command({"ann", {}, {}, act::close{}});
  CAF_CHECK_EQUAL(receipts.back(), errc::bus_unavailable);
  CAF_CHECK(ann.out->take().empty());
}

CAF_TEST(a room that dies takes a leave of the back end with it) {
  auto ann = come("ann");
  bring("ann", "r");
  ann.out->take();
  auto room = child_of_root(list_children{child_kind::room, "r", {}, 1});
  caf::anon_send_exit(room, caf::exit_reason::kill);
  caf::anon_send(ann.actor, command_connection{act::leave{"r"}, {}});
  settle();
  CAF_CHECK_EQUAL(ann.out->take(), lines{"error room_died"});
  CAF_CHECK_EQUAL(ann.out->answered, 0U);
  bring("ann", "r");
  CAF_CHECK_EQUAL(ann.out->take(), lines{"joined r"});
}

CAF_TEST_FIXTURE_SCOPE_END()
