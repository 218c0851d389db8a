// A node for the tests with rooms that do what rooms must not: in `stuck:*` a
// message keeps the thread on which it is handled for a minute, in `stuck-lane:*`
// a lane. In `task:*` it begins a task that takes as long: "stubborn" work does not
// look whether anybody waits for it; "patient" work may take its time, other has
// 0.1 s. In `late:*` nobody gets an answer.

#include <atrium/actors/room_logic.hpp>
#include <atrium/net/run_node.hpp>
#include <chrono>
#include <thread>

using namespace std::chrono_literals;

class stuck_room : public atrium::room_logic {
  atrium::decision on_message(const atrium::member&, atrium::room_message&) override {
    std::this_thread::sleep_for(1min);
    return atrium::decision::accept();
  }
};

class task_room : public atrium::room_logic {
  atrium::decision on_message(const atrium::member&, atrium::room_message& message) override {
    auto work = [is_stubborn = message.data == R"("stubborn")"](atrium::task_control& control) {
      auto end = std::chrono::steady_clock::now() + 1min;
      while (std::chrono::steady_clock::now() < end && (is_stubborn || !control.is_cancelled()))
        std::this_thread::sleep_for(10ms);
    };
    atrium::task_options how;
    how.name = "sum";
    how.deadline = message.data == R"("patient")" ? 1min : 100ms;
    run(
      work, [] {}, how);
    return atrium::decision::accept();
  }
};

class late_room : public atrium::room_logic {
  atrium::decision on_message(const atrium::member&, atrium::room_message&) override {
    return atrium::decision::later(std::chrono::minutes{1});
  }
};

int main(int argc, char** argv) {
  atrium::room_types rooms;
  rooms.add<stuck_room>("stuck:*")
    .add<stuck_room>("stuck-lane:*", atrium::room_types::thread::lane)
    .add<task_room>("task:*")
    .add<late_room>("late:*");
  return atrium::run_node(argc, argv, std::move(rooms));
}
