#define CAF_SUITE room_tasks_end_test

#include "support/task_fixture.hpp"

#include <atomic>

using namespace atrium;
using namespace atrium::test;

namespace {

/// Throws where nothing should.
struct unclean {
  unclean() = default;
  unclean(unclean&& x) noexcept : counts(std::exchange(x.counts, false)) {
    // nop
  }
  ~unclean() noexcept(false) {
    if (counts)
      throw std::runtime_error{"unclean"};
  }
  bool counts = true;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(room_tasks_end_tests, task_fixture)

CAF_TEST(a failure of the logic cancels its tasks) {
  std::binary_semaphore begun{0}, late{0};
  bool cancelled = false;
  std::thread::id work_released, then_released;
  in_room([&](working_room& x) {
    auto work = [&, held = tell_end(work_released)](task_control& control) {
      begun.release();
      late.acquire();
      cancelled = control.is_cancelled();
      control.report("nobody hears it");
    };
    auto how = with_failures();
    how.on_progress = [](const std::string&) { CAF_FAIL("nobody hears it"); };
    x.run(
      work, [held = tell_end(then_released)] { CAF_FAIL("nobody hears it"); }, how);
  });
  std::exchange(go, nullptr)->release();
  begun.acquire();
  throw_in_room();
  CAF_CHECK(then_released == std::this_thread::get_id());
  CAF_CHECK(work_released == std::thread::id{});
  late.release();
  hold();
  settle();
  CAF_CHECK(cancelled);
  CAF_CHECK(work_released != std::thread::id{} && work_released != std::this_thread::get_id());
  CAF_CHECK(failures.empty());
  CAF_CHECK_EQUAL(counts().tasks_dropped.load(), 1U);
}

CAF_TEST(the end of a room cancels its tasks) {
  std::binary_semaphore begun{0}, late{0};
  bool cancelled = false;
  std::thread::id then_released;
  std::atomic<bool> began = false;
  in_room([&](working_room& x) {
    auto work = [&](task_control& control) {
      begun.release();
      late.acquire();
      cancelled = control.is_cancelled();
      control.report("nobody hears it");
    };
    x.run(
      work, [held = tell_end(then_released)] { CAF_FAIL("nobody hears it"); }, with_failures());
    x.run([&] { began = true; }, [] {}, with_failures());
  });
  std::exchange(go, nullptr)->release();
  begun.acquire();
  leave(ann, "work:1"); // a task does not keep a room
  CAF_CHECK_EQUAL(wire->count(room_channel("work:1")), 0U);
  CAF_CHECK(then_released == std::this_thread::get_id());
  late.release();
  hold();
  settle();
  CAF_CHECK(cancelled && !began);
  CAF_CHECK(failures.empty());
  CAF_CHECK_EQUAL(counts().tasks_dropped.load(), 2U);
}

CAF_TEST(what work has captured is released on its thread before the room goes on) {
  std::thread::id worked, work_released, then_released;
  bool released_before = false;
  in_room([&](working_room& x) {
    x.run([&, held = tell_end(work_released)] { worked = std::this_thread::get_id(); },
          [&, held = tell_end(then_released)] {
            released_before = work_released != std::thread::id{};
          });
  });
  work_off();
  CAF_CHECK(released_before);
  CAF_CHECK(worked == work_released);
  CAF_CHECK(then_released == std::this_thread::get_id());
}

CAF_TEST(captures that throw as they are released end nobody) {
  bool done = false;
  in_room(
    [&](working_room& x) { x.run([held = unclean{}] {}, [&, held = unclean{}] { done = true; }); });
  work_off();
  CAF_CHECK(done);
  CAF_CHECK_EQUAL(ann.out->count("room_restarted"), 0U);
}

CAF_TEST_FIXTURE_SCOPE_END()
