#define CAF_SUITE memory_presence_test

#include "atrium/broker/memory/memory_bus.hpp"
#include "atrium/broker/memory/memory_presence.hpp"
#include "atrium/broker/presence_packet.hpp"

#include "caf/test/unit_test.hpp"
#include "support/subscriber_log.hpp"

#include <boost/asio/io_context.hpp>

#include <thread>
#include <vector>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

const presence_room lobby{"lobby", "{n:room:lobby}", presence_mode::full};

struct fixture {
  // Runs the context until so much was told.
  bool hears(std::size_t messages) {
    return eventually([&] {
      io.restart();
      io.poll();
      return member.probe->messages().size() >= messages;
    });
  }

  boost::asio::io_context io{1};
  std::shared_ptr<bus> on = std::make_shared<memory_bus>();
  bus_member member{*on, lobby.channel};
  memory_presence subject{on, io, 20ms};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(memory_presence_tests, fixture)

CAF_TEST(tells before it returns) {
  subject.enter(lobby, {1, "ann", nullptr});
  CAF_REQUIRE_EQUAL(member.probe->messages().size(), 1u);
  auto packet = member.probe->messages()[0];
  auto told = decode_presence(packet);
  CAF_REQUIRE(told);
  CAF_CHECK(told->change.what == presence_change::kind::join);
  CAF_CHECK_EQUAL(told->change.user, "ann");
  CAF_CHECK_EQUAL(told->change.present, 1u);
}

CAF_TEST(several departures at once have falling numbers) {
  for (std::uint64_t i = 0; i < 4; ++i)
    subject.enter(lobby, {i, "u" + std::to_string(i), nullptr});
  for (std::uint64_t i = 0; i < 3; ++i)
    subject.leave(lobby, "u" + std::to_string(i), i);
  CAF_CHECK(!io.stopped());
  CAF_REQUIRE(hears(7));
  auto messages = member.probe->messages();
  for (std::size_t i = 4; i < 7; ++i)
    CAF_CHECK(decode_presence(messages[i])->change.present == 7 - i);
  CAF_CHECK_EQUAL(subject.stats().leaves, 3u);
}

CAF_TEST(each user is told in order whoever tells) {
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t)
    threads.emplace_back([this, t] {
      for (std::uint64_t i = 0; i < 200; ++i)
        subject.enter(lobby, {i, "u" + std::to_string((i * 7 + t) % 300), nullptr});
    });
  for (auto& x : threads)
    x.join();
  auto messages = member.probe->messages();
  CAF_CHECK_EQUAL(messages.size(), subject.stats().users);
  std::size_t present = 0;
  for (auto& x : messages)
    CAF_CHECK(decode_presence(x)->change.present == ++present);
}

CAF_TEST(may be gone before the grace is over) {
  {
    memory_presence brief{on, io, 0ms};
    brief.enter(lobby, {1, "ann", nullptr});
    memory_presence other{on, io, 1h};
    other.enter(lobby, {1, "bob", nullptr});
    other.leave(lobby, "bob", 1);
    other.stop(0ms);
  }
  io.restart();
  io.poll();
  CAF_CHECK_EQUAL(member.probe->messages().size(), 2u);
}

CAF_TEST(says nothing after the stop) {
  subject.enter(lobby, {1, "ann", nullptr});
  subject.stop(0ms);
  subject.leave(lobby, "ann", 1);
  subject.enter(lobby, {2, "bob", nullptr});
  CAF_CHECK_EQUAL(member.probe->messages().size(), 1u);
  errc error = errc::none;
  subject.read(lobby, 0, [&](presence_page x) { error = x.error; });
  CAF_CHECK_EQUAL(error, errc::bus_unavailable);
  CAF_CHECK_EQUAL(subject.stats().failed, 1u);
  CAF_CHECK(!subject.stats().connected);
}

CAF_TEST_FIXTURE_SCOPE_END()
