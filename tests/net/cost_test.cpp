#define CAF_SUITE cost_test

// What work costs, in counts that no clock and no other process changes. A bound is
// just above what was measured, or a third above where it depends on Redis's and our
// threads how much shares a write or a wait: who breaks one has made the hot path
// dearer and should know why, who undercuts one lowers it.

#include "atrium/net/node/node.hpp"

#include "caf/test/unit_test.hpp"
#include "support/lone_node.hpp"
#include "support/plain_client.hpp"
#include "support/socket_calls.hpp"

#include <algorithm>
#include <functional>
#include <string>

using namespace atrium;
using atrium::test::costs;
using atrium::test::costs_of;
using atrium::test::lone_node;
using atrium::test::plain_client;
using atrium::test::redis_server;
using atrium::test::socket_calls;
using atrium::test::thread_name;

namespace {

auto& writes = socket_calls::writes;

// Returns the lane that a thread is.
std::size_t lane_of(pthread_t writer) {
  return static_cast<std::size_t>(thread_name(writer).back() - '0');
}

// Keeps a thread from writing, and lets it go on in the end.
class hold {
public:
  explicit hold(pthread_t writer) {
    socket_calls::held = writer;
  }

  ~hold() {
    socket_calls::held = 0;
    socket_calls::held.notify_all();
  }

  hold(const hold&) = delete;
  hold& operator=(const hold&) = delete;
};

constexpr std::size_t member_count = 100;

options quiet() {
  options result;
  result.listen.port = 0;
  result.log.level = log::level::warn;
  result.lanes.count = 2;
  result.admission.max_connections = 1'000;
  return result;
}

struct fixture {
  fixture() {
    CAF_REQUIRE_EQUAL(subject.start(), "");
  }

  void fill_room() {
    for (std::size_t i = 0; i < member_count; ++i)
      CAF_REQUIRE(join("user" + std::to_string(i)));
  }

  void await_messages(std::size_t count) {
    for (auto& member : members)
      await_messages(count, member);
  }

  void await_messages(std::size_t count, plain_client& member) {
    for (std::size_t i = 0; i < count; ++i)
      CAF_REQUIRE(member.receive().starts_with(R"({"type":"message")"));
  }

  bool join(const std::string& user) {
    members.emplace_back(subject.address().port, user);
    members.back().send(plain_client::frame_of(R"({"type":"join","id":1,"room":"r"})"));
    auto joined = members.back().receive().find("joined") != std::string_view::npos;
    writers.push_back(socket_calls::last_writer);
    return joined;
  }

  // Returns the only member of the room; who is on another lane has left again.
  plain_client& join_on_the_lane_of_the_room() {
    do {
      if (!members.empty()) {
        members.back().send(plain_client::frame_of(R"({"type":"leave","id":2,"room":"r"})"));
        CAF_REQUIRE(members.back().receive().find("left") != std::string_view::npos);
      }
      CAF_REQUIRE(join("user" + std::to_string(members.size())));
    } while (lane_of(writers.back()) != room_lane);
    return members.back();
  }

  node subject{quiet(), {}};
  const std::size_t room_lane = std::hash<std::string>{}("r") % 2; // as placement.cpp has it
  std::vector<plain_client> members;
  std::vector<pthread_t> writers; // the lanes of the members
  const std::string publish
    = plain_client::frame_of(R"({"type":"publish","room":"r","data":"hello"})");
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(cost_tests, fixture)

CAF_TEST(a lone message costs one write per member) {
  fill_room();
  writes = 0;
  constexpr std::size_t count = 20;
  for (std::size_t i = 0; i < count; ++i) {
    members.front().send(publish);
    await_messages(1);
  }
  CAF_CHECK_EQUAL(writes.load(), count * member_count);
}

// With an id the publisher gets `published` as well as its message: on the lane of
// the room both are made in one turn.
CAF_TEST(an echo and the answer share a write) {
  auto& me = join_on_the_lane_of_the_room();
  const auto asked
    = plain_client::frame_of(R"({"type":"publish","id":7,"room":"r","data":"hello"})");
  constexpr std::size_t count = 50;
  writes = 0;
  for (std::size_t i = 0; i < count; ++i) {
    me.send(asked);
    bool answered = false;
    bool echoed = false;
    while (!answered || !echoed) {
      auto text = me.receive();
      (text.find("published") != text.npos ? answered : echoed) = true;
    }
  }
  CAF_MESSAGE("writes for " << count << " publishes: " << writes.load());
  CAF_CHECK_LESS(writes.load(), count * 4 / 3);
}

// One lane is kept in its first write until the members of the other one have
// everything: what has come in the meantime waits for it, whatever the clock says.
CAF_TEST(messages that come while a lane writes share the next write) {
  fill_room();
  constexpr std::size_t count = 50;
  std::string burst;
  for (std::size_t i = 0; i < count; ++i)
    burst += publish;
  // The room's lane is ours: it passes the messages on.
  auto at_home = [&](auto x) { return lane_of(x) == room_lane; };
  auto ours = *std::ranges::find_if(writers, at_home);
  auto theirs = *std::ranges::find_if_not(writers, at_home);
  {
    hold lane{theirs};
    members[static_cast<std::size_t>(std::ranges::find(writers, ours) - writers.begin())].send(
      burst);
    for (std::size_t i = 0; i < member_count; ++i)
      if (writers[i] == ours)
        await_messages(count, members[i]);
    writes = 0;
  }
  std::size_t waiting = 0;
  for (std::size_t i = 0; i < member_count; ++i) {
    if (writers[i] == theirs) {
      await_messages(count, members[i]);
      ++waiting;
    }
  }
  auto rounds = static_cast<double>(writes) / static_cast<double>(waiting);
  CAF_MESSAGE("writes per member for " << count << " messages: " << rounds);
  // Two, or more where a turn's millisecond is over: a turn takes eight messages at
  // least, so it is never more than eight.
  CAF_CHECK_LESS(rounds, 10.0);
}

// What an allocator has given out is known to the address sanitizer only.
#ifdef __SANITIZE_ADDRESS__

// g++ comes without the header that declares it.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();

CAF_TEST(an idle connection takes five kilobytes) {
  constexpr std::size_t count = 400;
  members.reserve(count);
  members.emplace_back(subject.address().port, "first");
  auto before = __sanitizer_get_current_allocated_bytes();
  for (std::size_t i = 1; i < count; ++i)
    members.emplace_back(subject.address().port, "user" + std::to_string(i));
  auto each = (__sanitizer_get_current_allocated_bytes() - before) / (count - 1);
  CAF_MESSAGE("bytes per idle connection: " << each);
  CAF_CHECK_LESS(each, 5'400U);
}

#endif

CAF_TEST_FIXTURE_SCOPE_END()

// The thread sanitizer counts nothing.
#ifndef __SANITIZE_THREAD__

namespace {

void check(const costs& found, const costs& most) {
  CAF_MESSAGE("writes " << found.writes << ", waits " << found.waits << ", rearms " << found.rearms
                        << ", wakes " << found.wakes << ", allocations " << found.allocations);
  CAF_CHECK_LESS(found.writes, most.writes);
  CAF_CHECK_LESS(found.waits, most.waits);
  CAF_CHECK_LESS(found.rearms, most.rearms);
  CAF_CHECK_LESS(found.wakes, most.wakes);
  CAF_CHECK_LESS(found.allocations, most.allocations);
  // Else nothing has been counted.
  for (auto count : {found.writes, found.waits, found.rearms, found.allocations})
    CAF_CHECK_GREATER_OR_EQUAL(count, 1.0);
}

} // namespace

CAF_TEST(a lone publish in a small room wakes nobody) {
  if (!redis_server::is_installed())
    return;
  lone_node subject;
  subject.fill_room(10);
  // Members, Redis, and at times the answer by itself.
  check(subject.of_a_publish(),
        {.writes = 12.1, .waits = 6.5, .rearms = 1.1, .wakes = 0.1, .allocations = 25.5});
}

// Wakes of another lane are among what Asio arms anew: one there, and one or two back,
// for the message and for `published`, whatever the number of members.
CAF_TEST(a publish from another lane crosses there and back) {
  if (!redis_server::is_installed())
    return;
  const auto home = std::hash<std::string>{}("r") % 2; // as placement.cpp has it
  lone_node subject{2};
  for (auto members : {10U, 50U}) {
    subject.fill_room(members, 1 - home);
    subject.watch(1 - home);
    auto there = subject.of_a_publish();
    subject.watch(home);
    auto back = subject.of_a_publish();
    CAF_MESSAGE("rearms " << there.rearms << " and " << back.rearms << ", wakes " << there.wakes
                          << " and " << back.wakes);
    CAF_CHECK_LESS(there.rearms, 2.1); // its own socket is one
    CAF_CHECK_LESS(back.rearms, 2.1);
    CAF_CHECK_LESS(there.wakes + back.wakes, 0.2);
  }
}

CAF_TEST(a delivery allocates nothing) {
  if (!redis_server::is_installed())
    return;
  lone_node subject;
  subject.fill_room(10);
  auto few = subject.of_a_publish();
  subject.fill_room(100);
  auto many = subject.of_a_publish();
  CAF_CHECK_LESS(many.allocations - few.allocations, 0.5);
}

CAF_TEST(a lone message to a user wakes nobody) {
  if (!redis_server::is_installed())
    return;
  lone_node subject;
  plain_client me{subject.port(), "me"};
  const auto request
    = plain_client::frame_of(R"({"type":"send","id":7,"user":"me","data":"hello"})");
  check(costs_of([&] { lone_node::send_once(me, request); }),
        {.writes = 3.1, .waits = 6.5, .rearms = 1.1, .wakes = 0.1, .allocations = 22.5});
}

// What wakes is CAF's clock: each actor that ends says so, and a join sets a timer.
CAF_TEST(a visit of a room costs what it did) {
  if (!redis_server::is_installed())
    return;
  lone_node subject;
  auto visit = [&] {
    plain_client me{subject.port(), "me"};
    lone_node::ask(me, R"({"type":"join","id":1,"room":"r"})", "joined");
    lone_node::ask(me, R"({"type":"leave","id":2,"room":"r"})", "left");
  };
  check(costs_of(visit),
        {.writes = 12.0, .waits = 22.0, .rearms = 3.2, .wakes = 6.0, .allocations = 188.0});
}

#endif
