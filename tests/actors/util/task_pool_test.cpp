#define CAF_SUITE task_pool_test

#include "atrium/actors/util/task_pool.hpp"
#include "atrium/broker/log/log.hpp"

#include "caf/test/unit_test.hpp"

#include <atomic>
#include <latch>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

using names = std::vector<std::string>;

constexpr auto never = task_pool::clock::time_point::max();

task_pool::job job_of(std::function<void()> f, std::string name = "job") {
  return {std::move(name), never, std::move(f)};
}

/// Keeps a thread of the pool until it is let go.
class blocker {
public:
  explicit blocker(task_pool& pool, std::string name = "blocker",
                   task_pool::clock::time_point deadline = never) {
    auto run = [at = at_] {
      at->begun.release();
      at->go.acquire();
    };
    CAF_REQUIRE(pool.submit({std::move(name), deadline, run}));
    at_->begun.acquire();
  }

  ~blocker() {
    at_->go.release();
  }

private:
  struct state {
    std::binary_semaphore begun{0};
    std::binary_semaphore go{0};
  };

  std::shared_ptr<state> at_ = std::make_shared<state>();
};

/// Waits until the pool has done all that waits; it has one thread.
void work_off(task_pool& pool) {
  blocker last{pool};
}

} // namespace

CAF_TEST(jobs run at the same time on as many threads as there are) {
  task_pool subject{3, 10};
  std::latch all{3}; // each of them waits for the others
  for (int i = 0; i < 3; ++i)
    CAF_CHECK(subject.submit(job_of([&] { all.arrive_and_wait(); })));
  all.wait();
}

CAF_TEST(what finds no thread waits its turn) {
  task_pool subject{1, 10};
  std::string order;
  {
    blocker first{subject};
    for (auto letter : {'a', 'b', 'c'})
      CAF_CHECK(subject.submit(job_of([&order, letter] { order += letter; })));
    auto load = subject.now();
    CAF_CHECK_EQUAL(load.running, 1U);
    CAF_CHECK_EQUAL(load.waiting, 3U);
    CAF_CHECK(order.empty());
  }
  work_off(subject);
  CAF_CHECK_EQUAL(order, "abc");
  CAF_CHECK_EQUAL(subject.now().waiting, 0U);
}

CAF_TEST(over its bound the queue refuses) {
  task_pool subject{1, 2};
  std::atomic<int> done = 0;
  auto count = [&] { ++done; };
  {
    blocker first{subject};
    CAF_CHECK(subject.submit(job_of(count)));
    CAF_CHECK(subject.submit(job_of(count)));
    CAF_CHECK(!subject.submit(job_of(count)));
    subject.set_queue(3);
    CAF_CHECK_EQUAL(subject.queue(), 3U);
    CAF_CHECK(subject.submit(job_of(count)));
    subject.set_queue(1); // those that wait stay
    CAF_CHECK(!subject.submit(job_of(count)));
  }
  subject.set_queue(10);
  work_off(subject);
  CAF_CHECK_EQUAL(done.load(), 3);
}

CAF_TEST(operators see what runs and what runs for too long) {
  task_pool subject{2, 2};
  auto start = task_pool::clock::now();
  CAF_CHECK(subject.running().empty());
  blocker first{subject, "first", start + 1h};
  blocker second{subject, "second", start + 2h};
  CAF_CHECK(subject.running() == (names{"first", "second"}));
  CAF_CHECK_EQUAL(subject.now(start + 1h).overdue, 0U);
  CAF_CHECK_EQUAL(subject.now(start + 90min).overdue, 1U);
  CAF_CHECK_EQUAL(subject.now(start + 3h).overdue, 2U);
  CAF_CHECK(subject.newly_overdue(start + 1h).empty());
  CAF_CHECK(subject.newly_overdue(start + 90min) == names{"first"});
  CAF_CHECK(subject.newly_overdue(start + 3h) == names{"second"});
  CAF_CHECK(subject.newly_overdue(start + 3h).empty());
}

CAF_TEST(a job that has not begun is not overdue) {
  task_pool subject{1, 2};
  blocker first{subject};
  CAF_CHECK(subject.submit({"late", task_pool::clock::now() - 1h, [] {}}));
  CAF_CHECK_EQUAL(subject.now().overdue, 0U);
}

CAF_TEST(what a job has captured is released on its thread and without a lock) {
  task_pool subject{1, 10};
  std::thread::id ran, released;
  auto end = [&](int* x) {
    delete x;
    released = std::this_thread::get_id();
    subject.now(); // would wait for ever
  };
  std::shared_ptr<int> captured{new int{1}, end};
  CAF_CHECK(subject.submit(
    job_of([&ran, held = std::move(captured)] { ran = std::this_thread::get_id(); })));
  work_off(subject);
  CAF_CHECK(ran != std::this_thread::get_id());
  CAF_CHECK(ran == released);
}

CAF_TEST(a job that throws costs no thread) {
  std::string logged;
  log::redirect([&](std::string_view line) { logged += line; });
  {
    task_pool subject{1, 10};
    CAF_CHECK(subject.submit(job_of([] { throw std::runtime_error{"oops"}; }, "bad")));
    CAF_CHECK(subject.submit(job_of([] { throw 1; })));
    work_off(subject);
  }
  log::redirect(nullptr);
  CAF_CHECK(logged.find("task_exception: task has thrown task=bad error=oops") != logged.npos);
}

CAF_TEST(what waits when the pool stops never runs) {
  task_pool subject{1, 10};
  auto held = std::make_shared<int>(1);
  std::weak_ptr<int> gone = held;
  std::atomic<bool> ran = false;
  {
    blocker first{subject};
    CAF_CHECK(subject.submit(job_of([&ran, held = std::move(held)] { ran = true; })));
    subject.stop();
    CAF_CHECK(gone.expired());
    CAF_CHECK_EQUAL(subject.now().waiting, 0U);
    CAF_CHECK(!subject.submit(job_of([&] { ran = true; })));
    CAF_CHECK_EQUAL(subject.now().running, 1U);
  }
  subject.join();
  CAF_CHECK_EQUAL(subject.now().running, 0U);
  CAF_CHECK(!ran);
}

CAF_TEST(the end of the pool waits for what runs) {
  std::atomic<bool> done = false;
  std::binary_semaphore begun{0};
  {
    task_pool subject{2, 10};
    CAF_CHECK(subject.submit(job_of([&] {
      begun.release();
      done = true;
    })));
    begun.acquire();
  }
  CAF_CHECK(done.load());
  task_pool idle{2, 10}; // has no thread to wait for
}
