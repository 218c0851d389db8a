#pragma once

#include "atrium/actors/util/room_counters.hpp"
#include "atrium/actors/util/task_pool.hpp"
#include "atrium/broker/log/log.hpp"

#include "support/actor_fixture.hpp"

#include <functional>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <thread>

namespace atrium::test {

using namespace std::chrono_literals;

class working_room;

/// What the next message has its room do.
inline std::function<void(working_room&)> next_deed;

/// Does what the test wants, in the hook that a message calls.
class working_room : public room_logic {
public:
  decision on_message(const member&, room_message& message) override {
    if (message.data == "\"throw\"")
      throw std::runtime_error{"moody"};
    if (auto f = std::exchange(next_deed, nullptr))
      f(*this);
    return decision::accept();
  }

  using room_logic::publish;
  using room_logic::run;
};

/// Tells on which thread it is released, the last copy of it.
inline auto tell_end(std::thread::id& where) {
  return std::shared_ptr<void>(nullptr, [&](void*) { where = std::this_thread::get_id(); });
}

/// A node with one thread for tasks. It works only in `work_off`: otherwise the actors,
/// which run on the thread of the test, would get messages from another one.
struct task_fixture : node_fixture {
  task_fixture() : node_fixture(room_types{}.add<working_room>("work:*")) {
    env->tasks = std::make_shared<task_pool>(1, 3);
    hold();
    log::redirect([this](std::string_view line) { logged += line; });
    ann = connect("ann");
    join(ann, "work:1");
    ann.out->take();
  }

  ~task_fixture() override {
    next_deed = nullptr;
    log::redirect(nullptr);
    if (go)
      go->release();
    env->tasks->join();
  }

  /// Has the only thread of tasks wait.
  void hold() {
    auto begun = std::make_shared<std::binary_semaphore>(0);
    go = std::make_shared<std::binary_semaphore>(0);
    CAF_REQUIRE(env->tasks->submit({"test", task_pool::clock::time_point::max(), [begun, go = go] {
                                      begun->release();
                                      go->acquire();
                                    }}));
    begun->acquire();
  }

  /// Has the thread of tasks do all that waits, and the room hear of it.
  void work_off() {
    env->tasks->set_queue(100); // it may be full
    std::exchange(go, nullptr)->release();
    hold();
    settle();
  }

  /// A message has the room do that.
  void in_room(std::function<void(working_room&)> f) {
    next_deed = std::move(f);
    publish(ann, "work:1", "1");
    ann.out->take();
  }

  /// Time goes by, for the actors.
  void pass(caf::timespan time) {
    sched.advance_time(time);
    settle();
  }

  /// The room fails; its members stay.
  void throw_in_room() {
    publish(ann, "work:1", "\"throw\"");
    CAF_REQUIRE_EQUAL(ann.out->count("error room_restarted"), 1U);
    ann.out->take();
  }

  /// Options for a task whose failure is written down.
  task_options with_failures(std::chrono::milliseconds deadline = 24h) {
    task_options result;
    result.name = "sum";
    result.deadline = deadline;
    result.on_failure = [this](const task_failure& x) { failures.push_back(x); };
    return result;
  }

  void check_failure(task_failure::reason why, const std::string& text) {
    CAF_REQUIRE_EQUAL(failures.size(), 1U);
    CAF_CHECK(failures[0].why == why);
    CAF_CHECK_EQUAL(failures[0].text, text);
  }

  const room_counters& counts() const {
    return *env->room_counts;
  }

  std::shared_ptr<std::binary_semaphore> go; // lets the thread of tasks work
  std::string logged;
  std::vector<task_failure> failures;
  client ann;
};

} // namespace atrium::test
