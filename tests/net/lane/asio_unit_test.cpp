#define CAF_SUITE asio_unit_test

#include "atrium/actors/observable.hpp"

#include "caf/test/unit_test.hpp"
#include "support/unit_fixture.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <stdexcept>

using namespace atrium;
using namespace atrium::test;

namespace {

using handler = std::function<void(int, caf::event_based_actor&)>;

pinned_probe::start handles(handler f) {
  return [f = std::move(f)](pinned_probe& self) {
    return caf::behavior{[&self, f](int x) { f(x, self); }, [&self](stop_atom) { self.quit(); },
                         [&self](tick_atom) { return static_cast<int>(self.waiting()); }};
  };
}

class end_probe final : public turn_end_task {
public:
  explicit end_probe(std::function<void()> f) : f_(std::move(f)) {
    // nop
  }
  void on_turn_end() override {
    f_();
  }

private:
  std::function<void()> f_;
};

struct fixture : unit_fixture {
  caf::actor spawn(handler f) {
    return unit_fixture::spawn(handles(std::move(f)));
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(asio_unit_tests, fixture)

CAF_TEST(a turn has what follows from it on the thread and then its end) {
  end_probe last{[&] { seen.push_back(-1); }};
  auto second = spawn([&](int x, auto&) { seen.push_back(x); });
  auto first = spawn([&](int x, auto& self) {
    seen.push_back(x);
    unit.at_end(last);
    unit.at_end(last);
    self.send(second, x + 1);
    self.send(second, x + 2);
  });
  io.poll(); // they start
  caf::anon_send(first, 1);
  caf::anon_send(first, 10);
  CAF_CHECK(seen.empty()); // never at once
  io.poll();
  CAF_CHECK_EQUAL(seen, (std::vector{1, 10, 2, 3, 11, 12, -1}));
  end(first);
  end(second);
}

CAF_TEST(messages of one sender keep their order whatever the thread) {
  constexpr int many = 2'000;
  auto subject = spawn([&](int x, auto&) { seen.push_back(x); });
  std::thread other{[&] {
    for (int i = 1; i <= many; ++i)
      caf::anon_send(subject, -i);
  }};
  for (int i = 1; i <= many; ++i) {
    caf::anon_send(subject, i);
    io.poll();
  }
  other.join();
  while (seen.size() < 2 * many)
    io.run_one();
  int up = 0;
  int down = 0;
  for (auto x : seen) {
    CAF_REQUIRE_EQUAL(x, x > 0 ? up + 1 : down - 1);
    (x > 0 ? up : down) = x;
  }
  end(subject);
}

// Others may have told an actor of a gap: newer messages must not overtake that.
CAF_TEST(what was sent before arrives before whatever the threads) {
  auto subject = spawn([&](int x, auto&) { seen.push_back(x); });
  auto from_elsewhere = [&](int x) { elsewhere([&] { caf::anon_send(subject, x); }); };
  io.poll();
  from_elsewhere(1);
  caf::anon_send(subject, 2);
  from_elsewhere(3);
  caf::anon_send(subject, 4);
  io.poll();
  caf::anon_send(subject, 5);
  from_elsewhere(6);
  caf::anon_send(subject, 7);
  io.poll();
  CAF_CHECK_EQUAL(seen, (std::vector{1, 2, 3, 4, 5, 6, 7}));
  end(subject);
}

CAF_TEST(an actor that has ended bounces what it is asked) {
  auto subject = spawn([](int, auto&) {});
  caf::error bounced;
  auto asker = spawn([&](int x, auto& self) {
    self.request(subject, caf::infinite, x)
      .then([] {}, [&](caf::error& e) { bounced = std::move(e); });
  });
  io.poll();
  caf::anon_send(subject, stop_atom{}); // it ends before the turn is over
  caf::anon_send(asker, 1);
  io.poll();
  CAF_CHECK_EQUAL(bounced, caf::sec::request_receiver_down);
  bounced = {};
  caf::anon_send(asker, 1); // it has ended
  io.poll();
  CAF_CHECK_EQUAL(bounced, caf::sec::request_receiver_down);
  end(asker);
}

CAF_TEST(actors that never stop sending leave sockets their turn) {
  caf::actor two;
  auto one = spawn([&](int x, auto& self) { self.send(two, x); });
  two = spawn([&](int x, auto& self) { self.send(one, x); });
  caf::anon_send(one, 1);
  bool answered = false;
  boost::asio::post(io, [&] { boost::asio::post(io, [&] { answered = true; }); });
  while (!answered)
    io.run_one(); // or for ever
  CAF_CHECK(answered);
  caf::anon_send_exit(one, caf::exit_reason::kill);
  end(two);
}

// One message may be thousands of appends: counting alone would keep sockets waiting.
CAF_TEST(a turn is over by time however few messages it has had) {
  constexpr int many = 100;
  auto slow = [&](int x, auto&) {
    seen.push_back(x);
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  };
  auto one = spawn(slow);
  auto two = spawn(slow);
  io.poll();
  for (int i = 0; i < many; ++i)
    caf::anon_send(one, i);
  elsewhere([&] { // by the mailbox
    for (int i = 0; i < many; ++i)
      caf::anon_send(two, i);
  });
  std::vector<std::size_t> turns; // how many messages each of them has had
  std::function<void()> next = [&] {
    turns.push_back(seen.size() - std::accumulate(turns.begin(), turns.end(), std::size_t{0}));
    if (seen.size() < 2 * many)
      boost::asio::post(io, next);
  };
  boost::asio::post(io, next);
  io.poll();
  CAF_CHECK_EQUAL(seen.size(), std::size_t{2 * many});
  // The clock is looked at every eight messages, and one actor may be given as many.
  CAF_CHECK_LESS_OR_EQUAL(*std::ranges::max_element(turns), 16U);
  end(one);
  end(two);
}

CAF_TEST(while the thread is busy its actors wait and turns end all the same) {
  int ends = 0;
  end_probe last{[&] {
    if (++ends >= 3)
      busy = false;
    else
      CAF_CHECK(seen.empty());
  }};
  auto subject = spawn([&](int x, auto&) { seen.push_back(x); });
  busy = true;
  caf::anon_send(subject, 1);
  unit.at_end(last);
  for (int i = 0; i < 10 && ends < 3; ++i) {
    io.run_one();
    unit.at_end(last);
  }
  io.poll();
  CAF_CHECK_EQUAL(seen, std::vector{1});
  end(subject);
}

CAF_TEST(a task that throws costs neither the others nor the next turn) {
  end_probe bad{[&] { throw std::runtime_error("as the test wants"); }};
  end_probe good{[&] { seen.push_back(1); }};
  unit.at_end(bad);
  unit.at_end(good);
  bool thrown = false;
  try {
    io.poll();
  } catch (const std::runtime_error&) {
    thrown = true;
  }
  CAF_CHECK(thrown);
  io.poll();
  CAF_CHECK_EQUAL(seen, std::vector{1});
  unit.at_end(good);
  io.poll();
  CAF_CHECK_EQUAL(seen, (std::vector{1, 1}));
}

CAF_TEST(a task that is gone is not called) {
  {
    end_probe gone{[&] { seen.push_back(1); }};
    unit.at_end(gone);
  }
  io.poll();
  CAF_CHECK(seen.empty());
}

CAF_TEST(what waits is counted wherever it waits) {
  int waiting = -1;
  auto subject = spawn([](int, auto&) {});
  auto asker = spawn([&](int, auto& self) {
    self.request(subject, caf::infinite, tick_atom{}).then([&](int n) { waiting = n; });
    for (int i = 0; i < 3; ++i)
      self.send(subject, i);
  });
  io.poll();
  caf::anon_send(asker, 1);
  io.poll();
  CAF_CHECK_EQUAL(waiting, 3);
  end(asker);
  end(subject);
}

CAF_TEST(a unit that ends drops what has not run) {
  caf::weak_actor_ptr kept;
  {
    boost::asio::io_context unused;
    asio_unit gone{sys, unused, [] { return false; }};
    gone.enter_thread();
    auto subject = sys.spawn<pinned_probe>(static_cast<lane_unit*>(&gone), handles({}));
    caf::anon_send(subject, 1);
    elsewhere([&] { caf::anon_send(subject, 2); });
    kept = caf::actor_cast<caf::weak_actor_ptr>(subject);
  }
  CAF_CHECK(!kept.lock());
  unit.enter_thread();
}

CAF_TEST_FIXTURE_SCOPE_END()
