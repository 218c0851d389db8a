#define CAF_SUITE line_writer_test

#include "atrium/broker/log/line_writer.hpp"

#include "caf/test/unit_test.hpp"

#include <array>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

using atrium::log::line_writer;
using namespace std::chrono_literals;

namespace {

/// A pipe of one page and a writer to it. The writer is never destroyed: its
/// thread does not end.
struct fixture {
  fixture() {
    CAF_REQUIRE_EQUAL(::pipe(ends.data()), 0);
    CAF_REQUIRE(::fcntl(ends[1], F_SETPIPE_SZ, 4096) >= 4096);
    subject = new line_writer{ends[1]};
  }

  ~fixture() {
    ::close(ends[0]);
  }

  /// Reads what comes until `last` has come.
  std::string read_to(const std::string& last) const {
    std::string result;
    std::array<char, 65536> some;
    while (!result.ends_with(last)) {
      auto n = ::read(ends[0], some.data(), some.size());
      CAF_REQUIRE(n > 0);
      result.append(some.data(), static_cast<std::size_t>(n));
    }
    return result;
  }

  std::array<int, 2> ends{};
  line_writer* subject = nullptr;
};

std::string line(int number) {
  return std::string(100, 'x') + std::to_string(number) + "\n";
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(line_writer_tests, fixture)

CAF_TEST(a line is there when the call returns) {
  subject->write("one\n");
  CAF_CHECK_EQUAL(subject->waiting_bytes(), 0U);
  CAF_CHECK_EQUAL(read_to("\n"), "one\n");
}

CAF_TEST(nobody waits for a pipe that is not read and what waits keeps its order) {
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    subject->write(line(i));
    expected += line(i);
  }
  CAF_CHECK(subject->waiting_bytes() > 0);
  CAF_CHECK(!subject->flush(1ms));
  CAF_CHECK_EQUAL(read_to(line(999)), expected);
  CAF_CHECK(subject->flush(10s));
  CAF_CHECK_EQUAL(subject->waiting_bytes(), 0U);
  CAF_CHECK_EQUAL(subject->dropped(), 0U);
}

CAF_TEST(what waits is bounded and the rest is counted) {
  constexpr int many = 20'000;
  for (int i = 0; i < many; ++i)
    subject->write(line(i));
  CAF_CHECK(subject->waiting_bytes() <= line_writer::bound);
  auto dropped = subject->dropped();
  CAF_CHECK(dropped > 0 && dropped < many);
  auto last = line(many - 1 - static_cast<int>(dropped));
  CAF_CHECK(read_to(last).starts_with(line(0)));
  CAF_CHECK(subject->flush(10s));
  subject->write("goes on\n");
  CAF_CHECK_EQUAL(read_to("\n"), "goes on\n");
}

CAF_TEST(a line longer than the pipe leaves whole) {
  std::string longest(100'000, 'y');
  subject->write(longest + "\n");
  subject->write("next\n");
  CAF_CHECK_EQUAL(read_to("next\n"), longest + "\nnext\n");
}

CAF_TEST_FIXTURE_SCOPE_END()
