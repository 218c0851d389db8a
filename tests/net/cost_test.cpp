#define CAF_SUITE cost_test

// What work costs, in counts that no clock and no other process changes. Each
// bound is what was measured and a third: who breaks one has made the hot path
// dearer and should know why.

#include "atrium/net/node/node.hpp"

#include "caf/test/unit_test.hpp"
#include "support/plain_client.hpp"
#include "support/socket_calls.hpp"

#include <algorithm>

using namespace atrium;
using atrium::test::plain_client;
using atrium::test::socket_calls;

namespace {

auto& writes = socket_calls::writes;

// Keeps a thread from writing, and lets it go on in the end.
class hold {
public:
  explicit hold(std::thread::id writer) {
    socket_calls::held = writer;
  }

  ~hold() {
    socket_calls::held = std::thread::id{};
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
    for (std::size_t i = 0; i < member_count; ++i) {
      members.emplace_back(subject.address().port, "user" + std::to_string(i));
      members.back().send(plain_client::frame_of(R"({"type":"join","id":1,"room":"r"})"));
      CAF_REQUIRE(members.back().receive().find("joined") != std::string_view::npos);
      writers.push_back(socket_calls::last_writer);
    }
  }

  void await_messages(std::size_t count) {
    for (auto& member : members)
      await_messages(count, member);
  }

  void await_messages(std::size_t count, plain_client& member) {
    for (std::size_t i = 0; i < count; ++i)
      CAF_REQUIRE(member.receive().starts_with(R"({"type":"message")"));
  }

  node subject{quiet(), {}};
  std::vector<plain_client> members;
  std::vector<std::thread::id> writers; // the lanes of the members
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

// One lane is kept in its first write until the members of the other one have
// everything: what has come in the meantime waits for it, whatever the clock says.
CAF_TEST(messages that come while a lane writes share the next write) {
  fill_room();
  constexpr std::size_t count = 50;
  std::string burst;
  for (std::size_t i = 0; i < count; ++i)
    burst += publish;
  auto ours = writers.front();
  auto theirs = *std::ranges::find_if(writers, [&](auto x) { return x != ours; });
  {
    hold lane{theirs};
    members.front().send(burst);
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
  // Two, or more where a turn's 5 ms are over: a turn takes eight messages at
  // least, so it is never more than eight.
  CAF_CHECK_LESS(rounds, 10.0);
}

// What is allocated is counted by the address sanitizer.
#ifdef __SANITIZE_ADDRESS__

// g++ comes without the header that declares them.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*on_allocation)(const volatile void*,
                                                                               std::size_t),
                                                         void (*on_free)(const volatile void*));

namespace {

std::atomic<std::size_t> allocations = 0;

void on_allocation(const volatile void*, std::size_t) {
  ++allocations;
}

void on_free(const volatile void*) {
  // nop
}

} // namespace

CAF_TEST(a delivery allocates nothing) {
  fill_room();
  members.front().send(publish); // fills what is kept for later
  await_messages(1);
  __sanitizer_install_malloc_and_free_hooks(on_allocation, on_free);
  allocations = 0;
  constexpr std::size_t count = 20;
  for (std::size_t i = 0; i < count; ++i) {
    members.front().send(publish);
    await_messages(1);
  }
  // What is left is what the message costs, whoever receives it.
  auto per_message = allocations.load() / count;
  CAF_MESSAGE("allocations per message: " << per_message);
  CAF_CHECK_LESS(per_message, 40U);
}

CAF_TEST(an idle connection takes nine kilobytes) {
  constexpr std::size_t count = 400;
  members.reserve(count);
  members.emplace_back(subject.address().port, "first");
  auto before = __sanitizer_get_current_allocated_bytes();
  for (std::size_t i = 1; i < count; ++i)
    members.emplace_back(subject.address().port, "user" + std::to_string(i));
  auto each = (__sanitizer_get_current_allocated_bytes() - before) / (count - 1);
  CAF_MESSAGE("bytes per idle connection: " << each);
  CAF_CHECK_LESS(each, 9'500U);
}

#endif

CAF_TEST_FIXTURE_SCOPE_END()
