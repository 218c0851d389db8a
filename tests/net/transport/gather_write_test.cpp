#define CAF_SUITE gather_write_test

#include "atrium/net/transport/gather_write.hpp"

#include "caf/test/unit_test.hpp"
#include "support/socket_calls.hpp"

#include <cerrno>
#include <random>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

using namespace atrium;
using atrium::test::socket_calls;
using kind = write_outcome::kind;

namespace {

/// Two connected sockets that block: the subject has to see to it that it does
/// not wait.
struct fixture {
  fixture() {
    CAF_REQUIRE_EQUAL(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  }

  ~fixture() {
    socket_calls::errors.clear();
    ::close(ends[0]);
    ::close(ends[1]);
  }

  fixture(const fixture&) = delete;
  fixture& operator=(const fixture&) = delete;

  write_outcome write(std::vector<std::string> texts) const {
    std::vector<iovec> parts;
    for (auto& x : texts)
      parts.push_back({x.data(), x.size()});
    return gather_write(ends[0], parts);
  }

  std::string read() const {
    std::string result(1 << 20, '\0');
    auto n = ::recv(ends[1], result.data(), result.size(), MSG_DONTWAIT);
    result.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return result;
  }

  int ends[2] = {-1, -1};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(gather_write_tests, fixture)

CAF_TEST(parts arrive in order) {
  std::mt19937 random{7};
  for (std::size_t count = 1; count <= 64; ++count) {
    std::vector<std::string> texts;
    std::string all;
    for (std::size_t i = 0; i < count; ++i) {
      texts.emplace_back(1 + random() % 50, static_cast<char>('a' + i % 26));
      all += texts.back();
    }
    auto out = write(texts);
    CAF_CHECK(out.what == kind::taken);
    CAF_CHECK_EQUAL(out.bytes, all.size());
    CAF_REQUIRE_EQUAL(read(), all);
  }
}

CAF_TEST(a socket without room takes a part and then nothing) {
  for (std::size_t count : {1U, 3U}) {
    std::vector<std::string> texts(count, std::string(100'000, 'x'));
    std::size_t taken = 0;
    auto out = write(texts);
    for (; out.what == kind::taken; out = write(texts)) {
      CAF_REQUIRE(out.bytes > 0);
      taken += out.bytes;
    }
    CAF_CHECK(out.what == kind::full);
    CAF_CHECK_EQUAL(out.bytes, 0U);
    std::size_t received = 0;
    for (auto some = read(); !some.empty(); some = read())
      received += some.size();
    CAF_CHECK_EQUAL(received, taken);
  }
}

// Without a signal, which would end the program.
CAF_TEST(a socket without another end fails) {
  ::close(std::exchange(ends[1], -1));
  CAF_CHECK(write({"a"}).what == kind::failed);
  CAF_CHECK(write({"a", "b"}).what == kind::failed);
}

CAF_TEST(no socket fails) {
  ::close(std::exchange(ends[0], -1));
  CAF_CHECK(write({"a"}).what == kind::failed);
  CAF_CHECK(write({"a", "b"}).what == kind::failed);
}

CAF_TEST(an interrupted write is made again) {
  for (auto& texts : {std::vector<std::string>{"ab"}, {"a", "b"}}) {
    socket_calls::errors = {EINTR, EINTR};
    auto out = write(texts);
    CAF_CHECK(out.what == kind::taken);
    CAF_CHECK_EQUAL(out.bytes, 2U);
    CAF_CHECK_EQUAL(read(), "ab");
    CAF_CHECK(socket_calls::errors.empty());
  }
}

CAF_TEST(only a full socket is worth waiting for) {
  auto after = [this](int error) {
    socket_calls::errors = {error};
    return write({"a"}).what;
  };
  CAF_CHECK(after(EAGAIN) == kind::full);
  CAF_CHECK(after(EWOULDBLOCK) == kind::full);
  for (auto error : {EPIPE, ECONNRESET, ETIMEDOUT, ENOBUFS, ENOMEM})
    CAF_CHECK(after(error) == kind::failed);
  CAF_CHECK_EQUAL(read(), "");
}

CAF_TEST_FIXTURE_SCOPE_END()
