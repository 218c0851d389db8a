#define CAF_SUITE outbox_writer_test

#include "atrium/net/websocket/outbox_writer.hpp"

#include "caf/test/unit_test.hpp"
#include "support/posted_turn.hpp"

#include <sys/socket.h>
#include <unistd.h>

using namespace atrium;
using namespace std::literals;

namespace {

constexpr std::size_t bound = 50'000;

/// Notes what its writer tells it.
struct owner final : stream_owner {
  void on_teardown() override {
    ++teardowns;
  }
  void on_too_slow() override {
    ++too_slow;
  }

  int teardowns = 0;
  int too_slow = 0;
};

struct writer final : outbox_writer {
  using outbox_writer::append_own;
  using outbox_writer::below;
  using outbox_writer::outbox_writer;

  void on_closed() override {
    // nop
  }
};

/// A writer over one end of a pair of sockets; the test has the other one.
struct fixture {
  fixture() {
    int ends[2];
    CAF_REQUIRE_EQUAL(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    stream_socket ours{io.get_executor(), {AF_UNIX, 0}, ends[0]};
    theirs = ends[1];
    subject = std::make_unique<writer>(transport{std::move(ours)}, by, bound);
    subject->owned_by(who);
  }

  ~fixture() {
    subject.reset();
    ::close(theirs);
  }

  fixture(const fixture&) = delete;
  fixture& operator=(const fixture&) = delete;

  // Everything that has arrived; "" when nothing has.
  std::string read() const {
    std::string result;
    char bytes[4096];
    for (;;) {
      auto n = ::recv(theirs, bytes, sizeof(bytes), MSG_DONTWAIT);
      if (n <= 0)
        return result;
      result.append(bytes, static_cast<std::size_t>(n));
    }
  }

  bool is_closed() const {
    char byte = 0;
    return ::recv(theirs, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
  }

  void append(const std::string& bytes, outbox_policy policy = outbox_policy::disconnect) {
    subject->append(frame{bytes}.of_room(1, policy));
  }

  // As control frames are answered; false if there is no place for it.
  bool write_own(const std::string& bytes) {
    auto taken = subject->append_own(bytes);
    run();
    return taken;
  }

  void run() {
    io.restart();
    io.poll();
  }

  // Fills the socket until it takes no more; returns what was appended.
  std::string stall(outbox_policy policy = outbox_policy::disconnect) {
    std::string all;
    for (char c = 'a'; !subject->is_stalled() && all.size() < 100 * bound; ++c) {
      std::string bytes(10'000, c == 'z' ? c = 'a' : c);
      append(bytes, policy);
      all += bytes;
      run();
    }
    CAF_REQUIRE(subject->is_stalled());
    return all;
  }

  // Lets the socket drain and what waits follow.
  std::string drain(std::size_t size) {
    std::string result;
    while (result.size() < size) {
      result += read();
      io.restart();
      if (result.size() < size)
        CAF_REQUIRE(io.run_one_for(10s) != 0);
    }
    return result;
  }

  boost::asio::io_context io;
  lane_meter meter;
  posted_turn turns{io};
  flusher by{io, 0us, meter, turns};
  std::shared_ptr<owner> who = std::make_shared<owner>();
  std::unique_ptr<writer> subject;
  int theirs = -1;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(outbox_writer_tests, fixture)

CAF_TEST(frames of one turn leave in order by one write) {
  append("one ");
  append("two ");
  CAF_CHECK(write_own("own"));
  run();
  CAF_CHECK_EQUAL(read(), "one two own");
  CAF_CHECK_EQUAL(meter.counters().writes.value(), 1U);
  CAF_CHECK_EQUAL(meter.counters().frames.value(), 3U);
  CAF_CHECK_EQUAL(meter.counters().sent_bytes.value(), 11U);
  CAF_CHECK_EQUAL(subject->queued_bytes(), 0U);
}

CAF_TEST(what the socket does not take waits and follows in order) {
  auto all = stall();
  CAF_CHECK(subject->queued_bytes() > 0);
  append("last");
  CAF_CHECK_EQUAL(drain(all.size() + 4), all + "last");
  run();
  CAF_CHECK(!subject->is_stalled());
  CAF_CHECK_EQUAL(subject->queued_bytes(), 0U);
}

CAF_TEST(of pongs that wait only the latest is kept and all count) {
  auto all = stall();
  auto before = subject->queued_bytes();
  CAF_CHECK(write_own("\x8A\x01"
                      "a"));
  CAF_CHECK(write_own("\x8A\x01"
                      "b"));
  CAF_CHECK_EQUAL(subject->queued_bytes(), before + 3);
  CAF_CHECK_EQUAL(drain(all.size() + 3), all
                                           + "\x8A\x01"
                                             "b");
}

CAF_TEST(a client that never takes its pongs is cut off at last) {
  stall();
  bool taken = true;
  for (int i = 0; i < 5'000 && taken; ++i)
    taken = write_own("\x8A\x01"
                      "a");
  CAF_CHECK(!taken);
}

CAF_TEST(over the bound a client has time and over twice the bound none) {
  stall();
  while (!subject->is_full())
    append(std::string(10'000, 'x'));
  CAF_CHECK(subject->is_full_after_write());
  CAF_CHECK(!subject->is_overdue());
  while (subject->queued_bytes() <= 2 * bound)
    append(std::string(10'000, 'x'));
  CAF_CHECK(subject->is_full_after_write());
  CAF_CHECK(subject->is_overdue());
  subject->check_backlog();
  CAF_CHECK_EQUAL(who->too_slow, 1);
  subject->drop_unsent();
  CAF_CHECK(!subject->is_full());
}

CAF_TEST(a socket that takes bytes has no backlog however much is appended) {
  append(std::string(bound + 1, 'x'));
  CAF_CHECK(!subject->is_full_after_write());
  CAF_CHECK(!subject->is_overdue());
  CAF_CHECK_EQUAL(read().size(), bound + 1);
  CAF_CHECK_EQUAL(subject->queued_bytes(), 0U);
}

CAF_TEST(what may be dropped makes room for a quarter) {
  stall(outbox_policy::drop_oldest);
  while (!subject->is_full())
    append(std::string(10'000, 'x'), outbox_policy::drop_oldest);
  CAF_CHECK(!subject->drop_oldest().empty());
  CAF_CHECK(subject->queued_bytes() <= bound - bound / 4);
}

CAF_TEST(a teardown waits for nothing that the socket takes) {
  append("bye");
  bool done = false;
  subject->begin_teardown([&] { done = true; });
  CAF_CHECK(done);
  CAF_CHECK_EQUAL(who->teardowns, 1);
  CAF_CHECK_EQUAL(read(), "bye");
}

CAF_TEST(a close writes what is left) {
  append("bye");
  subject->close();
  CAF_CHECK_EQUAL(read(), "bye");
  CAF_CHECK(is_closed());
}

CAF_TEST(a socket that is gone is closed by the next flush) {
  ::shutdown(theirs, SHUT_RDWR);
  append("lost");
  run();
  CAF_CHECK(!subject->below().next_layer().is_open());
}

CAF_TEST_FIXTURE_SCOPE_END()
