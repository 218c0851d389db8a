#define CAF_SUITE watch_log_test

#include "atrium/actors/delivery/watch_log.hpp"
#include "atrium/broker/log/log.hpp"

#include "support/actor_fixture.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

constexpr auto parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr auto trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";

class stubborn_room : public room_logic {
  decision on_message(const member&, room_message& message) override {
    if (message.data == "\"no\"")
      return decision::refuse("no");
    if (message.data == "\"later\"")
      return decision::later(std::chrono::seconds{1});
    return message.data == "\"ask\"" ? decision::handled("42") : decision::accept();
  }
};

/// Watches the user ann and the room watched.
struct fixture : node_fixture {
  fixture() : node_fixture(room_types{}.add<stubborn_room>("*")) {
    env->watched.replace({{"ann"}, {"watched"}});
    log::redirect([this](std::string_view line) { written.emplace_back(line); });
  }

  ~fixture() override {
    log::redirect(nullptr);
  }

  std::size_t count(const std::string& event, const std::string& part = {}) const {
    return static_cast<std::size_t>(std::ranges::count_if(written, [&](auto& x) {
      return x.find("info  " + event + ": ") != x.npos && x.find(part) != x.npos;
    }));
  }

  lines written;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(watch_log_tests, fixture)

CAF_TEST(nothing is told of who is not watched) {
  auto bob = connect("bob");
  join(bob, "other");
  publish(bob, "other", "1");
  leave(bob, "other");
  request(bob, broadcast_request{"4", "1", {}, {}});
  disconnect(bob);
  CAF_CHECK_EQUAL(written, lines{});
}

CAF_TEST(of a watched user everything is told but no content) {
  auto ann = connect("ann");
  auto bob = connect("bob", 1);
  CAF_CHECK_EQUAL(count("trace_connected", "user=ann connection=" + ann.out->connection), 1U);
  for (auto& x : {ann, bob})
    join(x, "other");
  CAF_CHECK_EQUAL(count("trace_joined"), 1U);
  CAF_CHECK_EQUAL(count("trace_joined", "room=other user=ann"), 1U);
  request(ann, publish_request{"3", "other", "\"secret\"", "e1", "t1", true});
  CAF_CHECK_EQUAL(count("trace_requested", "type=publish room=other bytes=8 event_id=e1"), 1U);
  CAF_CHECK_EQUAL(count("trace_published", "user=ann"), 1U);
  CAF_CHECK_EQUAL(count("trace_published", "event_id=e1 trace_id=t1 bytes=8"), 1U);
  CAF_CHECK_EQUAL(count("trace_delivered", "event_id=e1 trace_id=t1 receivers=2 missed=0"), 1U);
  CAF_CHECK_EQUAL(count("trace_received", "room=other event_id=e1 trace_id=t1"), 1U);
  request(bob, publish_request{"3", "other", "\"secret\"", "e2", {}, true});
  CAF_CHECK_EQUAL(count("trace_published", "e2"), 0U);
  CAF_CHECK_EQUAL(count("trace_delivered", "e2"), 0U);
  CAF_CHECK_EQUAL(count("trace_received", "user=ann"), 2U);
  leave(ann, "other");
  CAF_CHECK_EQUAL(count("trace_left", "room=other user=ann"), 1U);
  CAF_CHECK(std::ranges::none_of(written, [](auto& x) { return x.find("secret") != x.npos; }));
}

CAF_TEST(of a watched room everything is told) {
  auto bob = connect("bob");
  auto eve = connect("eve", 1);
  for (auto& x : {bob, eve})
    join(x, "watched");
  CAF_CHECK_EQUAL(count("trace_joined", "room=watched"), 2U);
  request(bob, publish_request{"3", "watched", "1", "e1", {}, false});
  CAF_CHECK_EQUAL(count("trace_published", "room=watched user=bob"), 1U);
  CAF_CHECK_EQUAL(count("trace_delivered", "event_id=e1 receivers=1 missed=0"), 1U);
  publish(bob, "watched", "\"no\"");
  CAF_CHECK_EQUAL(count("trace_refused", "room=watched user=bob"), 1U);
  CAF_CHECK_EQUAL(count("trace_refused", "code=room_refused"), 1U);
  for (auto& [channel, who] : wire->subscribed)
    who->on_gap(unix_time{1ms}, unix_time{2ms});
  settle();
  CAF_CHECK_EQUAL(count("trace_gap", "scope=room room=watched from_ts=1 to_ts=2"), 1U);
  leave(bob, "watched");
  CAF_CHECK_EQUAL(count("trace_left", "room=watched user=bob"), 1U);
  CAF_CHECK_EQUAL(count("trace_requested"), 0U);
}

CAF_TEST(of a watched room it is told who is answered) {
  auto bob = connect("bob");
  auto told = "room=watched user=bob connection=" + bob.out->connection;
  for (auto* room : {"watched", "other"}) {
    join(bob, room);
    publish(bob, room, "\"ask\"");
    publish(bob, room, "\"later\"");
  }
  CAF_CHECK_EQUAL(count("trace_answered"), 1U);
  CAF_CHECK_EQUAL(count("trace_answered", told), 1U);
  sched.advance_time(1s);
  settle();
  CAF_CHECK_EQUAL(count("trace_refused"), 1U);
  CAF_CHECK_EQUAL(count("trace_refused", told + " code=timeout"), 1U);
}

CAF_TEST(what a slow lane drops is missed) {
  auto bob = connect("bob");
  join(bob, "watched");
  env->lanes[0].queue->try_acquire(env->limits->lane_queue);
  publish(bob, "watched", "1");
  env->lanes[0].queue->release(env->limits->lane_queue);
  CAF_CHECK_EQUAL(count("trace_delivered", "receivers=0 missed=1"), 1U);
}

CAF_TEST(who is left out of a message neither gets it nor misses it) {
  auto bob = connect("bob");
  auto eve = connect("eve", 1);
  for (auto& x : {bob, eve})
    join(x, "watched");
  for (std::size_t full : {0, 1}) {
    env->lanes[full].queue->try_acquire(env->limits->lane_queue);
    request(bob, publish_request{"3", "watched", "1", "e" + std::to_string(full), {}, false});
    env->lanes[full].queue->release(env->limits->lane_queue);
  }
  CAF_CHECK_EQUAL(count("trace_delivered", "event_id=e0 receivers=1 missed=0"), 1U);
  CAF_CHECK_EQUAL(count("trace_delivered", "event_id=e1 receivers=0 missed=1"), 1U);
}

CAF_TEST(messages to and from a watched user are told in every scope) {
  auto ann = connect("ann");
  auto phone = connect("ann", 1);
  auto bob = connect("bob");
  request(bob, send_request{"1", "ann", "1", "e1", {}});
  CAF_CHECK_EQUAL(count("trace_published", "scope=user to=ann user=bob"), 1U);
  CAF_CHECK_EQUAL(count("trace_delivered", "scope=user to=ann user=bob event_id=e1 receivers=2"),
                  1U);
  CAF_CHECK_EQUAL(count("trace_received", "event_id=e1"), 2U);
  request(ann, send_request{"1", "bob", "1", "e2", {}});
  CAF_CHECK_EQUAL(count("trace_delivered", "to=bob user=ann event_id=e2 receivers=1"), 1U);
  request(ann, broadcast_request{"1", "1", "e3", {}});
  CAF_CHECK_EQUAL(count("trace_published", "scope=all user=ann"), 1U);
  CAF_CHECK_EQUAL(count("trace_delivered", "event_id=e3 lane=lane-0 receivers=2"), 1U);
  CAF_CHECK_EQUAL(count("trace_delivered", "event_id=e3 lane=lane-"), 2U);
}

CAF_TEST(a failure has the ids of its message) {
  auto ann = connect("ann");
  wire->result.error = errc::bus_unavailable;
  request(ann, broadcast_request{"1", "\"secret\"", "e1", "t1"});
  CAF_CHECK_EQUAL(count("publish_failed", "event_id=e1 trace_id=t1 code=bus_unavailable"), 1U);
}

CAF_TEST(what is too large with its envelope is not published) {
  auto ann = connect("ann");
  join(ann, "watched");
  env->limits.edit().message_bytes = 100;
  auto large = '"' + std::string(100, 'x') + '"';
  request(ann, publish_request{"3", "watched", large, "e1", {}, true});
  request(ann, broadcast_request{"4", large, "e2", {}});
  CAF_CHECK_EQUAL(ann.out->count("error message_too_large"), 2U);
  CAF_CHECK_EQUAL(count("trace_requested"), 3U);
  CAF_CHECK_EQUAL(count("trace_published"), 0U);
}

CAF_TEST(a traceparent reaches every receiver and gives the trace its id) {
  auto ann = connect("ann");
  auto send = [&](const std::string& trace, const std::string& traceparent) {
    ann.out->take();
    request(ann, send_request{"", "ann", "1", {}, trace, traceparent});
    auto seen = ann.out->take();
    auto i = std::ranges::find_if(seen, [](auto& x) { return x.starts_with("{"); });
    CAF_REQUIRE(i != seen.end());
    return *i;
  };
  auto text = send({}, parent);
  CAF_CHECK(text.find(R"("trace_id":")" + std::string{trace_id} + R"(","traceparent":")"
                      + std::string{parent} + '"')
            != text.npos);
  text = send("own", parent);
  CAF_CHECK(text.find(R"("trace_id":"own","traceparent":"00-)") != text.npos);
  text = send({}, {});
  CAF_CHECK_EQUAL(text.find("trace"), text.npos);
}

CAF_TEST(the traceparent of a connection is that of all it publishes) {
  auto out = std::make_shared<recording_session>();
  connection_setup setup{env, root, out, 0, {"bob", rights::everything()}, parent};
  client bob{sys.spawn<connection>(lane_or_none(), setup), out};
  clients.push_back(bob);
  settle();
  join(bob, "other");
  publish(bob, "other", "1");
  request(bob, send_request{"1", "bob", "2", {}, {}});
  request(bob, broadcast_request{"1", "3", {}, {}});
  CAF_CHECK_EQUAL(out->count(parent), 3U);
  CAF_CHECK_EQUAL(out->count(R"("trace_id":")" + std::string{trace_id}), 3U);
}

CAF_TEST_FIXTURE_SCOPE_END()
