#define CAF_SUITE outbox_test

#include "caf/test/unit_test.hpp"
#include "support/outbox_writes.hpp"

#include <random>

using namespace atrium;
using atrium::test::write;

namespace {

frame make(const std::string& bytes) {
  return frame{bytes};
}

} // namespace

CAF_TEST(frames count as gone when their last byte is) {
  outbox box;
  box.push(make("abc"));
  box.push(make("d"));
  box.push(make("ef"));
  CAF_CHECK_EQUAL(box.consume(2), 0U);
  CAF_CHECK_EQUAL(box.consume(2), 2U);
  CAF_CHECK_EQUAL(box.consume(2), 1U);
}

CAF_TEST(frames leave in order whatever the socket takes) {
  std::mt19937 random{5};
  for (int round = 0; round < 200; ++round) {
    outbox box;
    std::string expected;
    std::string written;
    for (int i = 0; i < 100; ++i) {
      std::string bytes(random() % 9 + 1, static_cast<char>('a' + i % 26));
      expected += bytes;
      box.push(make(bytes));
      if (random() % 2 == 0)
        written += write(box, random() % 20);
      CAF_REQUIRE_EQUAL(box.bytes(), expected.size() - written.size());
    }
    while (!box.empty())
      written += write(box, random() % 30 + 1);
    CAF_REQUIRE_EQUAL(written, expected);
  }
}

CAF_TEST(dropping keeps the frame that has begun) {
  outbox box;
  box.push(make("aaaa"));
  box.push(make("bbbb"));
  CAF_CHECK_EQUAL(write(box, 1), "a");
  box.drop_unsent();
  CAF_CHECK_EQUAL(box.bytes(), 3U);
  box.push(make("cc"));
  CAF_CHECK_EQUAL(write(box, 100), "aaacc");
  CAF_CHECK(box.empty());
}

CAF_TEST(dropping at a border drops everything) {
  outbox box;
  box.push(make("aaaa"));
  box.push(make("bbbb"));
  CAF_CHECK_EQUAL(write(box, 4), "aaaa");
  box.drop_unsent();
  CAF_CHECK(box.empty());
}
