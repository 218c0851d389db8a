// A node for the tests with rooms that do what rooms must not: in `stuck:*` a
// message keeps the thread on which it is handled for a minute.

#include <atrium/actors/room_logic.hpp>
#include <atrium/net/run_node.hpp>
#include <chrono>
#include <thread>

class stuck_room : public atrium::room_logic {
  atrium::decision on_message(const atrium::member&, atrium::room_message&) override {
    std::this_thread::sleep_for(std::chrono::minutes{1});
    return atrium::decision::accept();
  }
};

int main(int argc, char** argv) {
  return atrium::run_node(argc, argv, atrium::room_types{}.add<stuck_room>("stuck:*"));
}
