// A node for `./dev bench`: rooms with the same logic and either home, on either
// kind of thread. The logic counts messages, which is all the state that there
// is to save.

#include <atrium/actors/room_logic.hpp>
#include <atrium/net/run_node.hpp>
#include <cstdint>
#include <utility>

class counting_room : public atrium::room_logic {
public:
  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, counting_room& x) {
    return f(atrium::named("messages"), x.messages_);
  }

private:
  atrium::decision on_message(const atrium::member&, atrium::room_message&) override {
    ++messages_;
    return atrium::decision::accept();
  }

  std::uint64_t messages_ = 0;
};

int main(int argc, char** argv) {
  using atrium::home;
  using thread = atrium::room_types::thread;
  atrium::room_types rooms;
  rooms.add<counting_room>("each:*", home::each)
    .add<counting_room>("one:*", home::one)
    .add<counting_room>("each-lane:*", home::each, thread::lane)
    .add<counting_room>("one-lane:*", home::one, thread::lane);
  return atrium::run_node(argc, argv, std::move(rooms));
}
