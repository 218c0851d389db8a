#define CAF_SUITE replay_cache_test

#include "atrium/actors/room/replay_cache.hpp"

#include "caf/test/unit_test.hpp"
#include "support/log_model.hpp"

using namespace atrium;
using namespace atrium::test;

namespace {

using values = std::vector<int>;

/// Rooms of one node and the history of one of them.
struct fixture {
  std::shared_ptr<semaphore> bound = std::make_shared<semaphore>(1 << 20);
  log_model server;
  replay_cache cache;

  fixture() {
    cache.start(bound);
  }

  std::vector<incoming> say(int count) {
    std::vector<incoming> result;
    while (count-- > 0)
      result.push_back(server.append());
    return result;
  }

  /// What a question finds that asks for `count` messages behind `after`.
  stretch read(std::uint64_t after, std::size_t count = 100) {
    history_query what{{100, std::chrono::seconds{60}}, position{server.top().epoch, after}, count};
    stretch result;
    result.begin(after);
    for (auto& x : server.decode(server.read(what)))
      result.add(x.content);
    return result;
  }

  void keep(const stretch& x) {
    cache.keep(x, server.top().offset);
  }

  values kept() const {
    values result;
    for (auto& x : cache.messages().messages)
      result.push_back(log_model::value_of(*x));
    return result;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(replay_cache_tests, fixture)

CAF_TEST(what members get is added once) {
  say(3);
  keep(read(1));
  auto next = say(2);
  cache.note(next[0]);
  cache.note(next[0]);
  cache.note(next[1]);
  CAF_CHECK_EQUAL(kept(), (values{2, 3, 4, 5}));
}

CAF_TEST(nothing is added over a hole) {
  say(3);
  keep(read(1));
  say(1);
  cache.note(say(1)[0]);
  CAF_CHECK_EQUAL(kept(), (values{2, 3}));
  auto plain = server.append();
  plain.place = nullptr;
  cache.note(plain);
  CAF_CHECK_EQUAL(kept(), (values{2, 3}));
}

CAF_TEST(nothing is noted before something was read) {
  cache.note(say(1)[0]);
  CAF_CHECK(cache.is_empty());
}

CAF_TEST(pages that touch become one) {
  say(6);
  keep(read(2, 2));
  keep(read(4, 2));
  CAF_CHECK_EQUAL(kept(), (values{3, 4, 5, 6}));
  keep(read(0, 3));
  CAF_CHECK_EQUAL(kept(), (values{1, 2, 3, 4, 5, 6}));
  CAF_CHECK_EQUAL(bound->taken(), cache.messages().bytes);
}

CAF_TEST(of pages with a hole between them the new one is kept) {
  say(9);
  keep(read(0, 2));
  keep(read(4, 2));
  CAF_CHECK_EQUAL(kept(), (values{5, 6}));
  keep(read(1, 2));
  CAF_CHECK_EQUAL(kept(), (values{2, 3}));
  CAF_CHECK_EQUAL(bound->taken(), cache.messages().bytes);
}

CAF_TEST(what members have not got yet is not kept) {
  say(5);
  cache.keep(read(0), 3);
  CAF_CHECK_EQUAL(kept(), (values{1, 2, 3}));
}

CAF_TEST(a history that has lost what members have is not kept) {
  say(5);
  server.restart(2);
  say(1);
  cache.keep(read(1), 5);
  CAF_CHECK(cache.is_empty());
}

CAF_TEST(rooms share a bound) {
  say(3);
  keep(read(0));
  auto free = bound->available();
  CAF_REQUIRE(bound->try_acquire(free));
  cache.note(say(1)[0]);
  CAF_CHECK_EQUAL(kept(), (values{1, 2, 3}));
  replay_cache other;
  other.start(bound);
  other.keep(read(0), 4);
  CAF_CHECK(other.is_empty());
  bound->release(free);
  other.keep(read(0), 4);
  CAF_CHECK_EQUAL(other.messages().messages.size(), 4u);
}

CAF_TEST(what is kept is given back) {
  say(3);
  {
    replay_cache other;
    other.start(bound);
    other.keep(read(0), 3);
    CAF_CHECK(bound->taken() > 0u);
    other.clear();
    CAF_CHECK_EQUAL(bound->taken(), 0u);
    other.keep(read(0), 3);
  }
  CAF_CHECK_EQUAL(bound->taken(), 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
