#define CAF_SUITE hand_over_threads_test

// Actors on two lanes and on CAF's scheduler, and threads that are neither, all send to
// all of them, as a seed wants: who is on its own lane goes past mailboxes, and the
// others do not. Made for the thread sanitizer, too (`./dev tsan`).

#include "atrium/actors/observable.hpp"

#include "caf/test/unit_test.hpp"
#include "support/lane_in_thread.hpp"
#include "support/matrix_clock.hpp"
#include "support/unit_fixture.hpp"

#include <array>
#include <atomic>
#include <deque>
#include <future>
#include <memory>
#include <random>
#include <set>
#include <thread>

using namespace atrium;
using namespace atrium::test;

namespace {

constexpr std::size_t actors = 8;
constexpr std::size_t outsiders = 2; // threads that only send
using all_clock = matrix_clock<actors + outsiders>;

// A message, and how long a chain of others may follow from it.
struct note {
  all_clock::stamp stamp;
  int hops;
};

/// Counts what is under way, and tells when that is nothing. Whoever may still add
/// something is under way, too.
class in_flight {
public:
  void add() {
    ++open_;
  }
  void remove() {
    if (--open_ == 0)
      none_.set_value();
  }
  bool ends() {
    return none_.get_future().wait_for(std::chrono::seconds{60}) == std::future_status::ready;
  }

private:
  std::atomic<int> open_ = 0;
  std::promise<void> none_;
};

struct world {
  const std::vector<caf::actor>& actors;
  in_flight messages = {};
  std::atomic<std::size_t> handled = 0;
  std::atomic<std::size_t> out_of_turn = 0;
};

/// One who sends to others by chance.
class correspondent {
public:
  correspondent(world& all, std::size_t me, std::uint64_t seed)
    : all_(all), clock_(me), random_(seed * 100 + me) {
    // nop
  }

  void send(int hops) {
    auto to = random_() % actors;
    all_.messages.add();
    caf::anon_send(all_.actors[to], note{clock_.send(to), hops});
  }

  void take(const note& x) {
    if (!clock_.receive(x.stamp))
      ++all_.out_of_turn;
    for (auto next = random_() % 3; x.hops > 0 && next > 0; --next)
      send(x.hops - 1);
    ++all_.handled;
    all_.messages.remove();
  }

private:
  world& all_;
  all_clock clock_;
  std::minstd_rand random_;
};

constexpr int life_of(std::size_t i) {
  return 100 + 40 * static_cast<int>(i);
}

// Answers every second question in a later message, and ends after so many questions.
caf::behavior mortal(pinned_probe& self, int life) {
  auto promises = std::make_shared<std::deque<caf::response_promise>>();
  auto keep = [promises] {
    for (; !promises->empty(); promises->pop_front())
      promises->front().deliver(0);
  };
  auto left = std::make_shared<int>(life);
  return {[=, &self](int x) {
            promises->push_back(self.make_response_promise());
            auto promise = promises->back();
            if (x % 2 == 0)
              keep();
            else
              self.send(&self, tick_atom{});
            if (--*left == 0) {
              keep();
              self.quit();
            }
            return promise;
          },
          [keep](tick_atom) { keep(); }};
}

struct counts {
  std::atomic<int> answered = 0;
  std::atomic<int> bounced = 0;
  std::atomic<int> ends = 0;
  std::atomic<int> after_the_end = 0;
};

// Asks each of the `subjects`, which it watches, in each of so many rounds.
caf::behavior asks(pinned_probe& self, const std::vector<caf::actor>& subjects, counts& sum,
                   in_flight& open) {
  auto ended = std::make_shared<std::set<caf::actor_addr>>();
  self.set_down_handler([=, &sum, &open](const caf::down_msg& x) {
    ended->insert(x.source);
    ++sum.ends;
    open.remove();
  });
  auto ask = [=, &self, &sum, &open](const caf::actor& x, int what) {
    open.add();
    self.request(x, caf::infinite, what)
      .then(
        [=, &sum, &open, from = x.address()](int) {
          ++sum.answered;
          if (ended->count(from) != 0)
            ++sum.after_the_end;
          open.remove();
        },
        [&sum, &open](caf::error&) {
          ++sum.bounced;
          open.remove();
        });
  };
  return {[=, &self, &open, &subjects](int rounds) {
            for (auto& x : subjects)
              ask(x, rounds);
            if (rounds > 1)
              self.send(&self, rounds - 1);
            else
              open.remove();
          },
          [&self, &open, &subjects](tick_atom) {
            for (auto& x : subjects) {
              open.add();
              self.monitor(x);
            }
          }};
}

struct fixture {
  fixture() {
    config.set("scheduler.max-threads", std::size_t{2});
    sys = std::make_unique<caf::actor_system>(config);
    for (auto& x : lanes)
      x = std::make_unique<lane_in_thread>(*sys);
  }

  ~fixture() {
    end_all();
    for (auto& x : lanes)
      x.reset(); // before the system: their threads have run actors
  }

  void end_all() {
    for (auto& x : all)
      caf::anon_send_exit(x, caf::exit_reason::kill);
    all.clear();
    sys->await_all_actors_done();
  }

  /// Four of eight live on the first lane, two on the second, and two on the scheduler.
  void spawn(std::size_t i, pinned_probe::start f) {
    auto* home = i < 4 ? &lanes[0]->unit : i < 6 ? &lanes[1]->unit : nullptr;
    all.push_back(sys->spawn<pinned_probe>(static_cast<lane_unit*>(home), std::move(f)));
  }

  void correspond(std::uint64_t seed);

  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> sys;
  std::array<std::unique_ptr<lane_in_thread>, 2> lanes;
  std::vector<caf::actor> all;
};

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(note)

void fixture::correspond(std::uint64_t seed) {
  world x{all};
  for (std::size_t i = 0; i < actors; ++i)
    spawn(i, [&x, i, seed](pinned_probe&) {
      auto me = std::make_shared<correspondent>(x, i, seed);
      return caf::behavior{[me](const note& y) { me->take(y); }};
    });
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < outsiders; ++i)
    x.messages.add();
  for (std::size_t i = actors; i < actors + outsiders; ++i) {
    threads.emplace_back([&x, i, seed] {
      correspondent me{x, i, seed};
      for (int n = 0; n < 40; ++n)
        me.send(20);
      x.messages.remove();
    });
  }
  for (auto& thread : threads)
    thread.join();
  CAF_CHECK(x.messages.ends());
  CAF_MESSAGE("seed " << seed << ": " << x.handled.load() << " messages");
  CAF_CHECK_EQUAL(x.out_of_turn.load(), 0U);
  CAF_CHECK_GREATER_OR_EQUAL(x.handled.load(), 80U);
  end_all();
}

CAF_TEST_FIXTURE_SCOPE(hand_over_threads_tests, fixture)

CAF_TEST(no message is lost or comes twice or overtakes what has caused it) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed)
    correspond(seed);
}

CAF_TEST(every request is answered and every end told though receivers die) {
  constexpr int rounds = 100;
  constexpr std::size_t askers = 8;
  for (std::size_t i = 0; i < actors; ++i)
    spawn(i, [i](pinned_probe& self) { return mortal(self, life_of(i)); });
  auto subjects = all;
  counts sum;
  in_flight open;
  for (std::size_t i = 0; i < askers; ++i) {
    spawn(i, [&](pinned_probe& self) { return asks(self, subjects, sum, open); });
    open.add();
  }
  for (auto i = actors; i < actors + askers; ++i) {
    caf::anon_send(all[i], tick_atom{});
    caf::anon_send(all[i], rounds);
  }
  CAF_CHECK(open.ends());
  int lives = 0;
  for (std::size_t i = 0; i < actors; ++i)
    lives += life_of(i);
  constexpr auto pairs = static_cast<int>(askers * actors);
  CAF_CHECK_EQUAL(sum.answered.load(), lives);
  CAF_CHECK_EQUAL(sum.bounced.load(), pairs * rounds - lives);
  CAF_CHECK_EQUAL(sum.ends.load(), pairs);
  CAF_CHECK_EQUAL(sum.after_the_end.load(), 0);
  end_all();
}

CAF_TEST_FIXTURE_SCOPE_END()
