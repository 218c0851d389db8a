#define CAF_SUITE room_tasks_test

#include "support/task_fixture.hpp"

#include <nlohmann/json.hpp>

#include <atomic>

using namespace atrium;
using namespace atrium::test;

namespace {

using reason = task_failure::reason;

} // namespace

CAF_TEST_FIXTURE_SCOPE(room_tasks_tests, task_fixture)

CAF_TEST(a result arrives in the room between two hooks) {
  std::thread::id worked;
  in_room([&](working_room& x) {
    auto work = [&] {
      worked = std::this_thread::get_id();
      return std::string{"\"result\""};
    };
    x.run(work, [&x](std::string got) { x.publish(std::move(got)); });
    x.publish("\"begun\"");
  });
  work_off();
  CAF_CHECK_EQUAL(ann.out->count("\"result\""), 1U);
  CAF_CHECK(worked != std::thread::id{} && worked != std::this_thread::get_id());
  CAF_CHECK_EQUAL(counts().tasks_done.load(), 1U);
  CAF_CHECK(logged.empty());
}

CAF_TEST(work may return nothing or what cannot be copied) {
  std::string got;
  in_room([&](working_room& x) {
    x.run([] {}, [&] { got += "nothing "; });
    x.run([](task_control& control) { return control.is_cancelled(); },
          [&](bool cancelled) { got += cancelled ? "cancelled " : "heard "; });
    x.run([in = std::make_unique<int>(41)] { return std::make_unique<int>(*in + 1); },
          [&got, in = std::make_unique<int>(1)](std::unique_ptr<int> out) {
            got += std::to_string(*out - *in);
          });
  });
  work_off();
  CAF_CHECK_EQUAL(got, "nothing heard 41");
}

CAF_TEST(the logic hears what its work has thrown) {
  in_room([&](working_room& x) {
    x.run([]() -> int { throw std::runtime_error{"no disk"}; },
          [](int) { CAF_FAIL("there is no result"); }, with_failures());
  });
  work_off();
  check_failure(reason::failed, "no disk");
  CAF_CHECK_EQUAL(counts().tasks_failed.load(), 1U);
  CAF_CHECK(logged.empty());
}

CAF_TEST(what is no exception of the library is one of work nevertheless) {
  in_room([&](working_room& x) { x.run([] { throw 1; }, [] {}, with_failures()); });
  work_off();
  check_failure(reason::failed, "unknown exception");
}

CAF_TEST(if the logic does not want to hear the log tells but not what may be secret) {
  in_room([&](working_room& x) {
    task_options how;
    how.name = "sum";
    x.run([] { throw std::runtime_error{"bad word: secret"}; }, [] {}, how);
  });
  work_off();
  CAF_CHECK(logged.find("warn  room_task_failed: room gets no result of a task "
                        "room=work:1 task=sum error=std::runtime_error")
            != logged.npos);
  CAF_CHECK(logged.find("secret") == logged.npos);
  CAF_CHECK_EQUAL(counts().tasks_failed.load(), 1U);
  CAF_CHECK_EQUAL(ann.out->count("room_restarted"), 0U);
}

CAF_TEST(work that is late is cancelled and its result is of no use) {
  std::binary_semaphore begun{0}, late{0};
  bool before = true, after = false;
  in_room([&](working_room& x) {
    auto work = [&](task_control& control) {
      before = control.is_cancelled();
      begun.release();
      late.acquire();
      after = control.is_cancelled();
    };
    x.run(
      work, [] { CAF_FAIL("too late"); }, with_failures(1h));
  });
  std::exchange(go, nullptr)->release();
  begun.acquire();
  pass(1h - 1ms);
  CAF_CHECK(failures.empty());
  pass(1ms);
  check_failure(reason::overdue, "no result in time");
  CAF_CHECK_EQUAL(counts().tasks_overdue.load(), 1U);
  late.release();
  hold();
  settle();
  CAF_CHECK(!before && after);
  CAF_CHECK_EQUAL(counts().tasks_done.load(), 0U);
  CAF_CHECK_EQUAL(failures.size(), 1U);
}

CAF_TEST(work that is late before it begins never begins) {
  std::atomic<bool> began = false;
  in_room([&](working_room& x) { x.run([&] { began = true; }, [] {}, with_failures(1h)); });
  pass(1h);
  check_failure(reason::overdue, "no result in time");
  work_off();
  CAF_CHECK(!began);
}

CAF_TEST(work does not begin late either when the room is too busy to say so) {
  std::atomic<bool> began = false;
  in_room([&](working_room& x) { x.run([&] { began = true; }, [] {}, with_failures(0ms)); });
  work_off(); // the actors' clock stands still
  CAF_CHECK(!began);
  CAF_CHECK(failures.empty());
  pass(0s);
  check_failure(reason::overdue, "no result in time");
}

CAF_TEST(a deadline may be for ever) {
  int got = 0;
  in_room([&](working_room& x) {
    x.run([] { return 1; }, [&](int y) { got = y; },
          with_failures(std::chrono::milliseconds::max()));
  });
  pass(24h);
  CAF_CHECK(failures.empty());
  work_off();
  CAF_CHECK_EQUAL(got, 1);
}

CAF_TEST(a task that finds no place fails after the hook that has begun it) {
  int done = 0;
  in_room([&](working_room& x) {
    for (int i = 0; i < 5; ++i)
      x.run([] {}, [&] { ++done; }, with_failures());
    CAF_CHECK(failures.empty());
  });
  CAF_CHECK_EQUAL(failures.size(), 2U);
  CAF_CHECK(failures.at(0).why == reason::queue_full);
  CAF_CHECK_EQUAL(counts().tasks_refused.load(), 2U);
  work_off();
  CAF_CHECK_EQUAL(done, 3);
}

CAF_TEST(of what work reports the room sees the latest) {
  std::string got;
  std::binary_semaphore reported{0}, seen{0};
  in_room([&](working_room& x) {
    task_options how;
    how.on_progress = [&, n = 0](std::string said) mutable { // keeps its state
      got += std::to_string(++n) + said + ' ';
    };
    auto work = [&](task_control& control) {
      control.report("a");
      control.report("b");
      reported.release();
      seen.acquire();
      control.report("c");
      control.report("d");
    };
    x.run(
      work, [&] { got += "end"; }, how);
  });
  std::exchange(go, nullptr)->release();
  reported.acquire();
  settle();
  CAF_CHECK_EQUAL(got, "1b ");
  seen.release();
  hold();
  settle();
  CAF_CHECK_EQUAL(got, "1b 2d end");
}

CAF_TEST(what follows the work is a hook) {
  in_room([](working_room& x) { x.run([] {}, [] { throw std::runtime_error{"moody"}; }); });
  work_off();
  CAF_CHECK_EQUAL(ann.out->count("error room_restarted"), 1U);
  in_room([&](working_room& x) {
    auto how = with_failures();
    how.on_failure = [](auto&) { throw std::runtime_error{"moody"}; };
    x.run([] { throw 1; }, [] {}, how);
  });
  work_off();
  CAF_CHECK_EQUAL(ann.out->count("error room_restarted"), 1U);
  in_room([&](working_room& x) {
    task_options how;
    how.on_progress = [](const std::string&) { throw std::runtime_error{"moody"}; };
    x.run([](task_control& y) { y.report("1"); }, [] { CAF_FAIL("of another state"); }, how);
  });
  work_off();
  CAF_CHECK_EQUAL(ann.out->count("error room_restarted"), 1U);
}

CAF_TEST(a task that fails may begin another) {
  int got = 0;
  in_room([&](working_room& x) {
    auto how = with_failures();
    how.on_failure = [&](auto&) { x.run([] { return 7; }, [&](int y) { got = y; }); };
    x.run([] { throw 1; }, [] {}, how);
  });
  work_off();
  work_off();
  CAF_CHECK_EQUAL(got, 7);
}

CAF_TEST(operators see what a room waits for) {
  env->tasks->set_queue(100);
  auto room = child_of_root(list_children{child_kind::room, {}, {}, 1});
  auto look = [&] {
    nlohmann::json result;
    auto asked = self->request(room, caf::infinite, observe_atom::value);
    settle();
    asked.receive([&](std::string& x) { result = nlohmann::json::parse(x)["tasks"]; },
                  [](caf::error&) { CAF_FAIL("the room does not answer"); });
    return result;
  };
  // No CAF_CHECK_EQUAL: it would keep references to temporaries.
  CAF_CHECK(look() == nlohmann::json::parse(R"({"number":0,"oldest":[]})"));
  in_room([&](working_room& x) { x.run([] {}, [] {}, with_failures()); });
  pass(2s);
  in_room([&](working_room& x) {
    for (int i = 0; i < 24; ++i)
      x.run([] {}, [] {});
  });
  auto seen = look();
  CAF_CHECK(seen["number"] == 25);
  CAF_CHECK_EQUAL(seen["oldest"].size(), 20U);
  CAF_CHECK(seen["oldest"][0] == nlohmann::json::parse(R"({"name":"sum","age_s":2.0})"));
  CAF_CHECK(seen["oldest"][1] == nlohmann::json::parse(R"({"name":"task","age_s":0.0})"));
  work_off();
  CAF_CHECK(look()["number"] == 0);
}

CAF_TEST_FIXTURE_SCOPE_END()
